"""Minute recordings as blocks of five minutes: Depresjon's activity by person, and heart rate around a scored night."""

import argparse
import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

BLOCK_S, MINUTES = 300, 5
DAY = 86400 // BLOCK_S
SIGNALS = ("ACTIVITY", "HR")
# least and greatest value that a worn sensor gives
VALID = {"ACTIVITY": (0, 20000), "HR": (25, 240)}
UNKNOWN = -1.0
EVENING = (-10 * 3600, -3 * 3600)  # before the scored night begins, taken as awake in training alone


@dataclass
class Person:
    """One person's blocks. activity and hr (T, 5, 1), 0 where missing; present (T, 5, 2); awake (T,): share of the block's
    30 s epochs scored as wake, or UNKNOWN; assumed (T,): taken as awake without a scorer; depressed: 1, 0 or UNKNOWN."""

    name: str
    activity: np.ndarray
    hr: np.ndarray
    present: np.ndarray
    awake: np.ndarray
    assumed: np.ndarray
    depressed: float

    def __len__(self) -> int:
        return len(self.awake)

    @property
    def inputs(self) -> dict[str, np.ndarray]:
        return {"activity": self.activity, "hr": self.hr, "present": self.present}


def gridded(minute: np.ndarray, value: np.ndarray, blocks: int, signal: str) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the valid values of each minute (blocks, 5, 1) and whether there was one (blocks, 5)."""
    low, high = VALID[signal]
    good = (minute >= 0) & (minute < blocks * MINUTES) & (value >= low) & (value <= high)
    count = np.bincount(minute[good], minlength=blocks * MINUTES)
    total = np.bincount(minute[good], value[good], minlength=blocks * MINUTES)
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    return mean.reshape(blocks, MINUTES, 1), (count > 0).astype(np.float32).reshape(blocks, MINUTES)


def depresjon(folder: Path, whole: bool = False) -> list[Person]:
    """Folder with scores.csv, condition/ and control/. Each person's first days, as many as scores.csv says were worn, or the
    `whole` files, which end in days off the wrist."""
    days = {row["number"]: int(row["days"]) for row in csv.DictReader((folder / "scores.csv").open())}
    people = []
    for path in sorted(folder.glob("c*/*.csv")):
        rows = list(csv.DictReader(path.open()))
        begin = datetime.fromisoformat(rows[0]["timestamp"])
        minute = np.array([(datetime.fromisoformat(r["timestamp"]) - begin).total_seconds() // 60 for r in rows], int)
        blocks = (int(minute.max()) + 1) // MINUTES
        blocks = blocks if whole else min(days[path.stem] * DAY, blocks)
        activity, seen = gridded(minute, np.array([float(r["activity"]) for r in rows]), blocks, "ACTIVITY")
        none, unknown = np.zeros_like(activity), np.full(blocks, UNKNOWN, np.float32)
        present = np.stack([seen, np.zeros_like(seen)], 2)
        sick = float(path.stem.startswith("condition"))
        people.append(Person(path.stem, activity, none, present, unknown, np.zeros(blocks, bool), sick))
    return people


def nights(folder: Path, before_s: int = 86400) -> list[Person]:
    """Folder with HR/ and Sleep/: heart rate from `before_s` before the scored night to its end."""
    people = []
    for path in sorted((folder / "HR").glob("*_heartrate.txt")):
        name = path.stem.split("_")[0]
        time, rate = np.loadtxt(path, delimiter=",").T
        epochs = np.loadtxt(folder / "Sleep" / f"{name}_labeled_sleep.txt", delimiter=",")
        epochs = epochs[epochs[:, 0] <= time.max()]
        begin = -(before_s // BLOCK_S) * BLOCK_S
        blocks = int((epochs[-1, 0] + 30 - begin) // BLOCK_S)
        hr, seen = gridded(((time - begin) // 60).astype(int), rate, blocks, "HR")
        at = ((epochs[:, 0] - begin) // BLOCK_S).astype(int)
        known = (epochs[:, 1] >= 0) & (at < blocks)
        count = np.bincount(at[known], minlength=blocks)
        wake = np.bincount(at[known], epochs[known, 1] == 0, minlength=blocks)
        awake = np.where(count >= 5, wake / np.maximum(count, 1), UNKNOWN).astype(np.float32)
        start = begin + BLOCK_S * np.arange(blocks)
        assumed = (start >= EVENING[0]) & (start < EVENING[1])
        present = np.stack([np.zeros_like(seen), seen], 2)
        people.append(Person(name, np.zeros_like(hr), hr, present, awake, assumed, UNKNOWN))
    return people


def main() -> None:
    parser = argparse.ArgumentParser(description="Count people and blocks.")
    parser.add_argument("depresjon", type=Path)
    parser.add_argument("walch", type=Path)
    args = parser.parse_args()
    for p in [*depresjon(args.depresjon), *nights(args.walch)]:
        scored = p.awake != UNKNOWN
        shares = p.present.mean((0, 1)).round(2).tolist()
        print(p.name, len(p), "blocks, present", shares, "scored", int(scored.sum()), "awake", round(float(p.awake[scored].sum()), 1), p.depressed)


if __name__ == "__main__":
    main()
