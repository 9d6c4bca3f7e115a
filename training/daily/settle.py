"""Fit the linear layers on plain statistics (`summary.py`) beside a trained trunk; nothing here is chosen by what it gives.

Ridge logistic regressions, classes and people alike. What is said is then the mean of the trunk's logit and of theirs.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from recordings import DAY, UNKNOWN, Person, depresjon, nights
from summary import Days, Linear, Pulse

PENALTY = {"pulse": 100.0, "days": 1.0}  # inverse, for each person: a night has many blocks that differ
EVERY = DAY // 4  # blocks from one 24 h that mood is learned from to the next


class Features:
    """Of each person by each of the two statistics, found once for all folds."""

    def __init__(self) -> None:
        self.found: dict[tuple, np.ndarray] = {}

    def pulse(self, person: Person, begin: int) -> np.ndarray:
        """Of the scored blocks, with what was heard from block `begin` on."""
        key = (person.name, begin)
        if key not in self.found:
            found = Pulse().features(tensors(person, begin))[0].numpy()
            self.found[key] = found[person.awake[begin:] != UNKNOWN].astype(float)
        return self.found[key]

    def days(self, person: Person) -> np.ndarray:
        """Of 24 h each, that begin 6 h apart."""
        key = (person.name, "days")
        if key not in self.found:
            self.found[key] = Days().features(tensors(person))[0][0, DAY - 1 :: EVERY].numpy().astype(float)
        return self.found[key]


FEATURES = Features()


def tensors(person: Person, begin: int = 0) -> dict[str, torch.Tensor]:
    return {k: torch.from_numpy(v[None, begin:]) for k, v in person.inputs.items()}


def fit_line(line: Linear, x: np.ndarray, y: np.ndarray, worth: np.ndarray, penalty: float) -> None:
    """x (rows, n), y 0 or 1, worth of each row; either class comes to half of the worth."""
    worth = worth * np.where(y == 1, 0.5 / worth[y == 1].sum(), 0.5 / worth[y == 0].sum())
    mean = worth @ x
    spread = np.sqrt(worth @ (x - mean) ** 2) + 1e-6
    z, width = (x - mean) / spread, np.sqrt(x.shape[1])
    model = LogisticRegression(C=penalty, max_iter=3000).fit(z / np.sqrt(1 + z * z / 16) / width, y, sample_weight=worth)
    for part, value in ((line.mean, mean), (line.spread, spread), (line.weight, model.coef_[0] / width), (line.bias, model.intercept_)):
        part.copy_(torch.from_numpy(value))


def settle_wake(pulse: Pulse, asleep: list[Person]) -> None:
    """From scored blocks, heard with the day before them and without."""
    heard = [(p, begin) for p in asleep for begin in (0, DAY)]
    x = np.concatenate([FEATURES.pulse(*pair) for pair in heard])
    share = np.concatenate([p.awake[begin:][p.awake[begin:] != UNKNOWN] for p, begin in heard]).astype(float)
    worth, y = np.concatenate([share, 1 - share]), np.repeat([1, 0], len(x))
    fit_line(pulse.line, np.concatenate([x, x]), y, worth, PENALTY["pulse"] * len(asleep))


def settle_mood(days: Days, moods: list[Person]) -> None:
    """From many days of each person, people alike."""
    found = [FEATURES.days(p) for p in moods]
    counts = [len(rows) for rows in found]
    y, worth = np.repeat([p.depressed for p in moods], counts), np.repeat(1 / np.array(counts), counts)
    fit_line(days.line, np.concatenate(found), y, worth, PENALTY["days"] * len(moods))


@torch.no_grad()
def settle(model: torch.nn.Module, people: list[Person]) -> None:
    """In place."""
    settle_wake(model.pulse, [p for p in people if p.depressed == UNKNOWN])
    settle_mood(model.days, [p for p in people if p.depressed != UNKNOWN])


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the weights of the plain statistics learned from everybody.")
    parser.add_argument("depresjon", type=Path)
    parser.add_argument("walch", type=Path)
    args = parser.parse_args()
    pulse, days = Pulse(), Days()
    with torch.no_grad():
        settle_wake(pulse, nights(args.walch))
        settle_mood(days, depresjon(args.depresjon))
    print("wake", pulse.line.weight.detach().numpy().round(2).tolist())
    print("low mood", days.line.weight.detach().numpy().round(2).tolist())


if __name__ == "__main__":
    main()
