"""Empatica E4 recordings as 60 s windows of raw samples.

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
WINDOW_S, HOP_S = 60, 10
WINDOW_Q, HOP_Q = WINDOW_S * QUARTERS_A_SECOND, HOP_S * QUARTERS_A_SECOND


@dataclass
class Recording:
    """samples: signal → float32 (quarters × samples a quarter, channels); present: (quarters, 4) in 0..1;
    start: Unix seconds of the first quarter."""

    person: str
    start: float
    samples: dict[str, np.ndarray]
    present: np.ndarray

    def window(self, quarter: int) -> dict[str, np.ndarray]:
        """The 60 s from `quarter` on: bvp (3840,1), acc (1920,3), eda (240,1), temp (240,1), present (240,4)."""
        out = {"present": self.present[quarter : quarter + WINDOW_Q]}
        for name, (rate, _) in SIGNALS.items():
            each = rate // QUARTERS_A_SECOND
            out[name.lower()] = self.samples[name][quarter * each : (quarter + WINDOW_Q) * each]
        return out


@dataclass
class Interval:
    """A stretch of one condition, as whole quarters [first, last) of a recording."""

    person: str
    label: int
    first: int
    last: int

    @property
    def starts(self) -> int:
        """How many window starts lie wholly inside; 0 when the interval is too short."""
        return max(0, self.last - self.first - WINDOW_Q + 1)


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


def hop_windows(intervals: list[Interval]) -> list[tuple[str, int, int]]:
    """(person, first quarter, label) of every window at a 10 s hop that lies wholly inside an interval."""
    return [
        (i.person, quarter, i.label)
        for i in intervals
        for quarter in range(i.first, i.first + i.starts, HOP_Q)
    ]


def stack(recordings: dict[str, Recording], windows: list[tuple[str, int, int]]) -> dict[str, np.ndarray]:
    """Windows as one batch: each input of the graph with a leading batch axis."""
    cut = [recordings[person].window(quarter) for person, quarter, _ in windows]
    return {key: np.stack([w[key] for w in cut]) for key in cut[0]}


class Sampler:
    """Random windows, any quarter second inside an interval; people alike, states by fixed shares."""

    SHARES = (0.30, 0.35, 0.15, 0.20)  # of STATES; nearer to even than the recordings are

    def __init__(self, intervals: list[Interval], people: list[str], seed: int):
        self.rng = np.random.default_rng(seed)
        self.people = sorted(people)
        self.by_state = {}
        for person in self.people:
            for state in range(len(STATES)):
                own = [i for i in intervals if i.person == person and i.label == state and i.starts > 0]
                self.by_state[person, state] = own

    def draw(self, count: int) -> list[tuple[str, int, int]]:
        """`count` windows as (person, first quarter, label)."""
        out = []
        while len(out) < count:
            person = self.people[self.rng.integers(len(self.people))]
            state = int(self.rng.choice(len(STATES), p=self.SHARES))
            choices = self.by_state[person, state]
            if choices:
                chances = np.array([i.starts for i in choices], float)
                interval = choices[self.rng.choice(len(choices), p=chances / chances.sum())]
                out.append((person, interval.first + int(self.rng.integers(interval.starts)), state))
        return out


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the windows of a folder of recordings.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=["wesad", "stress_predict"], default="wesad")
    args = parser.parse_args()
    load = load_wesad if args.kind == "wesad" else load_stress_predict
    recordings, intervals = load(args.folder)
    windows = hop_windows(intervals)
    print(len(recordings), "people", len(intervals), "intervals", len(windows), "windows")
    print("windows a label:", dict(sorted(Counter(label for *_, label in windows).items())))
    share = stack(recordings, windows[:500])["present"].mean((0, 1))
    print("share present:", dict(zip(SIGNALS, share.round(3).tolist())))


if __name__ == "__main__":
    main()
