"""Hand-made features beside the network: logistic regression on windows of heart rate, a forest and a logistic regression on days of activity."""

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recordings import DAY, MINUTES, UNKNOWN, Person, depresjon, nights

SPANS = (1, 3, 6, 12)  # blocks: 5, 15, 30 and 60 minutes
# how many of a window's blocks lie ahead, and whether levels are those of the whole recording
KNOWN = {"own past": (0.0, False), "whole recording": (0.5, True)}


def heart_features(person: Person, ahead: float, whole: bool) -> np.ndarray:
    """Mean and spread of heart rate in windows around each block, as deviations from the person: (T, 9)."""
    rate, seen = person.hr[..., 0], person.present[..., 1]
    count, total, square = (np.concatenate([[0], x.sum(1, dtype=float).cumsum()]) for x in (seen, rate, rate**2))
    mean_until = total[1:] / np.maximum(count[1:], 1)
    level = np.full(len(person), mean_until[-1]) if whole else mean_until
    columns = []
    for span in SPANS:
        end = np.minimum(np.arange(len(person)) + 1 + int(span * ahead), len(person))
        begin = np.maximum(end - span, 0)
        n = np.maximum(count[end] - count[begin], 1)
        mean = (total[end] - total[begin]) / n
        spread = np.sqrt(np.maximum((square[end] - square[begin]) / n - mean**2, 0))
        columns += [np.where(count[end] > count[begin], mean - level, 0), spread]
    return np.stack([*columns, level], 1)


def awake_left_out(asleep: list[Person], ahead: float, whole: bool) -> dict[str, np.ndarray]:
    """Log-odds of being awake of each person's scored blocks by a model of the others, trained on shares of epochs."""
    rows = {p.name: heart_features(p, ahead, whole)[p.awake != UNKNOWN] for p in asleep}
    truth = {p.name: p.awake[p.awake != UNKNOWN] for p in asleep}
    found = {}
    for name in rows:
        x, share = (np.concatenate([d[other] for other in rows if other != name]) for d in (rows, truth))
        y, worth = np.repeat([1, 0], len(x)), np.concatenate([share, 1 - share])
        worth = worth * np.where(y, 0.5 / share.sum(), 0.5 / (1 - share).sum()) * len(x)
        model = make_pipeline(StandardScaler(), LogisticRegression())
        model.fit(np.concatenate([x, x]), y, logisticregression__sample_weight=worth)
        found[name] = model.decision_function(rows[name])
    return found


def day_features(person: Person) -> np.ndarray:
    """Each whole day's activity: (days, 14)."""
    days = person.activity[: len(person) // DAY * DAY].reshape(-1, DAY * MINUTES)
    hours = days.reshape(len(days), -1, 60).mean(2)
    root = np.sqrt(days)
    still = (days == 0).reshape(len(days), -1, 60).mean(2)
    columns = [days.mean(1), days.std(1), root.mean(1), root.std(1), (days == 0).mean(1), *np.percentile(root, [50, 75, 90, 99], 1)]
    columns += [np.sort(hours, 1)[:, :5].mean(1), np.sort(hours, 1)[:, -10:].mean(1), still.max(1), still.std(1)]
    return np.stack([*columns, np.abs(np.diff(hours, axis=1)).mean(1)], 1)


DAYS = {
    "forest": lambda: RandomForestClassifier(200, min_samples_leaf=5, class_weight="balanced", random_state=0, n_jobs=1),
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)),
}


def moods_left_out(moods: list[Person], kind: str) -> dict[str, float]:
    """Mean over a person's days of the chance that a model of the others gives."""
    rows = {p.name: day_features(p) for p in moods}
    found = {}
    for person in moods:
        others = [p for p in moods if p.name != person.name]
        x = np.concatenate([rows[p.name] for p in others])
        y = np.concatenate([np.full(len(rows[p.name]), p.depressed) for p in others])
        found[person.name] = float(DAYS[kind]().fit(x, y).predict_proba(rows[person.name])[:, 1].mean())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the rivals, each person left out, and write their scores to WORK/rivals.npz.")
    parser.add_argument("depresjon", type=Path)
    parser.add_argument("walch", type=Path)
    parser.add_argument("work", type=Path)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    asleep = nights(args.walch)
    moods = depresjon(args.depresjon)
    found = {f"{kind} {k}": np.array(v) for kind in DAYS for k, v in moods_left_out(moods, kind).items()}
    for known, (ahead, whole) in KNOWN.items():
        found |= {f"{known} {k}": v for k, v in awake_left_out(asleep, ahead, whole).items()}
    np.savez(args.work / "rivals.npz", **found)
    print(len(found), "scores")


if __name__ == "__main__":
    main()
