"""Recordings as blocks of 10 s, the step in which the network hears a stream."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data import SIGNALS, Interval, Recording, load_stress_predict, load_wesad

BLOCK_S = 10
BLOCK_Q = BLOCK_S * 4
SETTLED = 6  # a block is scored when it and the five before it lie in one interval: the last 60 s
NONE = -1


@dataclass
class Stream:
    """One person's blocks. signals: bvp (T,640,1), acc (T,320,3), eda (T,40,1), temp (T,40,1), present (T,40,4);
    labels (T,): the condition that a block lies wholly in, or NONE; scored (T,): whether its last 60 s do."""

    person: str
    signals: dict[str, np.ndarray]
    labels: np.ndarray
    scored: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def cut(recording: Recording, intervals: list[Interval]) -> Stream:
    """A recording's blocks on the grid of its start; the last, unfilled block is left out."""
    count = len(recording.present) // BLOCK_Q
    signals = {"present": recording.present[: count * BLOCK_Q].reshape(count, BLOCK_Q, len(SIGNALS))}
    for name, (rate, channels) in SIGNALS.items():
        whole = recording.samples[name][: count * BLOCK_S * rate]
        signals[name.lower()] = whole.reshape(count, BLOCK_S * rate, channels)
    labels, scored = np.full(count, NONE), np.zeros(count, bool)
    for interval in intervals:
        if interval.person == recording.person:
            first, last = -(-interval.first // BLOCK_Q), interval.last // BLOCK_Q
            labels[first:last] = interval.label
            scored[first + SETTLED - 1 : last] = True
    return Stream(recording.person, signals, labels, scored)


def streams(folder: Path, kind: str = "wesad") -> list[Stream]:
    """Every person of a data set, in the order of their names."""
    recordings, intervals = {"wesad": load_wesad, "stress_predict": load_stress_predict}[kind](folder)
    return [cut(recordings[person], intervals) for person in sorted(recordings)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the blocks of a folder of recordings.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=["wesad", "stress_predict"], default="wesad")
    args = parser.parse_args()
    for stream in streams(args.folder, args.kind):
        counts = np.bincount(stream.labels[stream.scored], minlength=4).tolist()
        print(stream.person, len(stream), "blocks; scored by label", counts)


if __name__ == "__main__":
    main()
