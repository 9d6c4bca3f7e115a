"""Empatica E4 recordings as raw samples.

A recording is laid on a grid of quarter seconds shared by its four signals; samples outside of a
signal's own range stay 0 and `present` says so. Nothing is filled in, resampled or rescaled.
"""

import argparse
import csv
import gzip
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# name: (samples a second, channels); the order is that of the last axis of `present`
SIGNALS = {"BVP": (64, 1), "ACC": (32, 3), "EDA": (4, 1), "TEMP": (4, 1)}
STATES = ["baseline", "stress", "amusement", "meditation"]
QUARTERS_A_SECOND = 4


@dataclass
class Recording:
    """samples: signal → float32 (quarters × samples a quarter, channels); present: (quarters, 4) in 0..1;
    start: Unix seconds of the first quarter."""

    person: str
    start: float
    samples: dict[str, np.ndarray]
    present: np.ndarray


@dataclass
class Interval:
    """A stretch of one condition, as whole quarters [first, last) of a recording."""

    person: str
    label: int
    first: int
    last: int


def read_recording(path: Path) -> Recording:
    """Read an E4 export. Each CSV has its start (Unix seconds, UTC) in row 1 and its rate in row 2.

    Raises ValueError when a rate is not the device's.
    """
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name, (rate, channels) in SIGNALS.items():
            member = next(n for n in archive.namelist() if n.rsplit("/", 1)[-1] == f"{name}.csv")
            rows = np.loadtxt(io.BytesIO(archive.read(member)), delimiter=",", ndmin=2)
            if rows.shape[1] != channels or rows[1, 0] != rate:
                raise ValueError(f"{name}: expected {channels} channels at {rate} Hz")
            parts[name] = (rows[0, 0], rows[2:].astype(np.float32))
    start = np.floor(min(s for s, _ in parts.values()) * QUARTERS_A_SECOND) / QUARTERS_A_SECOND
    end = max(s + len(v) / SIGNALS[n][0] for n, (s, v) in parts.items())
    quarters = int(np.ceil((end - start) * QUARTERS_A_SECOND)) + 1
    samples, present = {}, np.zeros((quarters, len(SIGNALS)), np.float32)
    for column, (name, (first, values)) in enumerate(parts.items()):
        rate, channels = SIGNALS[name]
        each = rate // QUARTERS_A_SECOND
        offset = round((first - start) * rate)
        grid = np.zeros((quarters * each, channels), np.float32)
        known = np.zeros(quarters * each, np.float32)
        grid[offset : offset + len(values)] = values
        known[offset : offset + len(values)] = 1
        samples[name] = grid
        present[:, column] = known.reshape(quarters, each).mean(1)
    return Recording(path.name.split("_")[0], float(start), samples, present)


def _interval(recording: Recording, label: int, start: float, end: float) -> Interval:
    first = int(np.ceil((start - recording.start) * QUARTERS_A_SECOND))
    last = int(np.floor((end - recording.start) * QUARTERS_A_SECOND))
    return Interval(recording.person, label, max(0, first), min(len(recording.present), last))


def load_wesad(folder: Path) -> tuple[dict[str, Recording], list[Interval]]:
    """WESAD's wrist recordings and their four conditions (labels index STATES)."""
    recordings = {r.person: r for r in map(read_recording, sorted(folder.glob("S*_E4.zip")))}
    intervals = []
    with open(folder / "labels.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["subject"] in recordings and row["condition"] in STATES:
                label = STATES.index(row["condition"])
                times = float(row["start_unix"]), float(row["end_unix"])
                intervals.append(_interval(recordings[row["subject"]], label, *times))
    return recordings, intervals


def load_stress_predict(folder: Path) -> tuple[dict[str, Recording], list[Interval]]:
    """Stress-Predict: labels are 0 (rest) or 1 (stress), given each second; runs of one label are intervals."""
    seconds: dict[str, list[tuple[float, int]]] = {}
    with gzip.open(folder / "labels.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            seconds.setdefault(row["subject"], []).append((float(row["unix_s"]), int(row["stress"])))
    recordings, intervals = {}, []
    for path in sorted(folder.glob("S*_E4.zip")):
        person = path.name.split("_")[0]
        if person not in seconds:
            continue
        recordings[person] = read_recording(path)
        times = sorted(seconds[person])
        begin = 0
        for i in range(1, len(times) + 1):
            ends = i == len(times) or times[i][1] != times[begin][1] or times[i][0] - times[i - 1][0] > 1
            if ends:
                spans = times[begin][0], times[i - 1][0] + 1
                intervals.append(_interval(recordings[person], times[begin][1], *spans))
                begin = i
    return recordings, intervals


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the recordings and intervals of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=["wesad", "stress_predict"], default="wesad")
    args = parser.parse_args()
    load = load_wesad if args.kind == "wesad" else load_stress_predict
    recordings, intervals = load(args.folder)
    print(len(recordings), "people", len(intervals), "intervals")
    for label, count in sorted(Counter(i.label for i in intervals).items()):
        seconds = sum(i.last - i.first for i in intervals if i.label == label) / QUARTERS_A_SECOND
        print("label", label, ":", count, "intervals,", round(seconds), "s")


if __name__ == "__main__":
    main()
