"""Figures of a finished training, everybody scored by models that never saw them, beside a logistic regression and chance: WORK/figures.json."""

import argparse
import json
from pathlib import Path

import day_model  # noqa: F401  puts the folders of the other models on the path
import numpy as np
from sklearn.linear_model import LogisticRegression

from day_model import SCALES
from figures import over_people, sigmoid
from learn import FROM, folds
from measures import DRAWS, auc, drawn
from sets import Person, everybody

PENALTY = 0.1  # inverse, of the regression beside it
LEAST = 0.05  # that the logit counts for in the chance: what is said keeps its order even where it is worth nothing
HEARD = {"7 days": 7, "14 days": 14, "28 days": 28, "all days": 9999}
DAYS = ("GLOBEM sample", "StudentLife")


def usual(person: Person) -> np.ndarray:
    """Days (T, 6) about 0 and of spread 1, not a number where missing."""
    columns = [((np.sqrt(x) if root else x) - middle) / spread for (root, middle, spread), x in zip(SCALES.values(), person.values.T)]
    return np.where(person.present > 0, np.stack(columns, 1), np.nan)


def means(person: Person) -> np.ndarray:
    """Mean and spread over the days of each signal that the person has on three days or more, and the share recorded (18,)."""
    columns = [x[np.isfinite(x)] for x in usual(person).T]
    return np.array([v for x in columns for v in ((x.mean(), x.std(), len(x) / len(person)) if len(x) > 2 else (np.nan, np.nan, 0.0))])


def fitted(x: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Logits of new rows by a regression whose classes weigh alike; a feature that is missing is that of nobody in particular."""
    mean, spread = np.nan_to_num(np.nanmean(x, 0)), np.nan_to_num(np.nanstd(x, 0)) + 1e-6
    z = lambda rows: np.nan_to_num((rows - mean) / spread).clip(-4, 4)
    return LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=2000).fit(z(x), y).decision_function(z(new))


def logistic(people: list[Person], left: dict[str, list[str]]) -> dict[str, float]:
    """Of each person by a regression on means of the others of the same set, in the same tenths."""
    found = {}
    for names in left.values():
        mine = [p for p in people if p.name in names]
        others = [p for p in people if p.name not in names]
        if mine:
            x, y = np.array([means(p) for p in others]), np.array([p.lonely for p in others])
            with np.errstate(all="ignore"):
                rows = fitted(x[:, np.isfinite(x).any(0)], y, np.array([means(p) for p in mine])[:, np.isfinite(x).any(0)])
            found |= dict(zip([p.name for p in mine], rows.tolist()))
    return found


def past_alone(person: Person) -> np.ndarray:
    """Phone use at each prompt, and less the mean of the prompts before (T, 2)."""
    x = np.nan_to_num(usual(person)[:, 3])
    before = np.concatenate([[0.0], x.cumsum()[:-1] / np.arange(1, len(x))])
    return np.stack([x, x - before], 1)


def moments(people: list[Person], left: dict[str, list[str]]) -> dict[str, np.ndarray]:
    """Of each prompt by a regression on the use before it, in the same tenths."""
    found = {}
    for names in left.values():
        rest = [p for p in people if p.name not in names]
        x, y = np.concatenate([past_alone(p) for p in rest]), np.concatenate([p.moments for p in rest])
        found |= {p.name: fitted(x, y, past_alone(p)) for p in people if p.name in names}
    return found


def within(people: list[Person], scores: dict[str, np.ndarray]) -> list[float]:
    """AUC among a person's prompts from the seventh on, lonelier than that person's mean or not; mean over people."""
    found = []
    for p in people:
        high = (p.said > p.said.mean())[FROM:]
        if 0 < high.sum() < len(high):
            found.append(auc(high, scores[p.name][FROM:]))
    return over_people(np.array(found))


def balanced(truth: np.ndarray, score: np.ndarray) -> float:
    return float(((score[truth] > 0).mean() + (score[~truth] <= 0).mean()) / 2)


def by_chance(truth: np.ndarray, score: np.ndarray) -> list[float]:
    """AUC of the same scores with people's answers shuffled: its mean, and where 95 % of shuffles lie."""
    rng = np.random.default_rng(0)
    found = [auc(rng.permutation(truth), score) for _ in range(DRAWS)]
    return [float(np.mean(found)), *map(float, np.percentile(found, [2.5, 97.5]))]


def platt(score: np.ndarray, truth: np.ndarray, worth: np.ndarray) -> tuple[float, float]:
    """Slope, at least LEAST, and constant of the chance."""
    model = LogisticRegression(C=1e6).fit(score[:, None], truth, sample_weight=worth)
    a, b = float(model.coef_[0, 0]), float(model.intercept_[0])
    return max(a, LEAST), b if a >= LEAST else float(np.log((worth @ truth) / (worth @ (1 - truth))))


def thirds(chance: np.ndarray, truth: np.ndarray) -> list[dict]:
    """People in three equal parts by the chance said: its mean, and how many were lonely."""
    return [{"said": float(chance[i].mean()), "was": float(truth[i].mean()), "people": len(i)} for i in np.array_split(np.argsort(chance, kind="stable"), 3)]


def compared(people: list[Person], scores: dict[str, float], rival: dict[str, float]) -> dict:
    truth = np.array([p.lonely == 1 for p in people])
    ours, theirs = (np.array([d[p.name] for p in people]) for d in (scores, rival))
    both = np.stack([ours, theirs], 1)
    return {
        "people": len(people),
        "lonely": int(truth.sum()),
        "auc": drawn(truth, ours, auc),
        "balanced_accuracy": drawn(truth, ours, balanced),
        "logistic": {"auc": drawn(truth, theirs, auc), "balanced_accuracy": drawn(truth, theirs, balanced)},
        "minus_logistic": drawn(truth, both, lambda t, s: auc(t, s[:, 0]) - auc(t, s[:, 1])),
        "chance": by_chance(truth, ours),
    }


def groups(people: list[Person], scores: dict[str, float]) -> dict[str, dict]:
    found = {}
    for kind in sorted({k for p in people for k in p.kinds}):
        mine = [p for p in people if kind in p.kinds]
        right = np.array([(scores[p.name] > 0) == (p.lonely == 1) for p in mine])
        found[kind] = {"of": mine[0].of, "people": len(mine), "share": over_people(right.astype(float))}
    return found


def scored(work: Path) -> dict[str, np.ndarray]:
    """Logits after each day of everybody, by the model that left them out."""
    return {name: logits for path in sorted(work.glob("fold-*.npz")) for name, logits in np.load(path).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the three sets unpacked")
    parser.add_argument("work", type=Path, help="folder that learn.py filled")
    args = parser.parse_args()
    people, figures = everybody(args.data), {}
    left = folds(people)
    ours = scored(args.work)
    final = {name: float(x[-1]) for name, x in ours.items()}
    sets = {of: [p for p in people if p.of == of] for of in dict.fromkeys(p.of for p in people)}
    rival = {k: v for mine in sets.values() for k, v in logistic(mine, left).items()}
    figures["sets"] = {of: compared(mine, final, rival) | {"days": sum(map(len, mine))} for of, mine in sets.items()}
    with_days = [p for p in people if p.of in DAYS]
    truth = np.array([p.lonely == 1 for p in with_days])
    figures["together"] = compared(with_days, final, rival)
    at = lambda scores, p, days: float(scores[p.name][: days][-1])
    figures["heard"] = {k: drawn(truth, np.array([at(ours, p, days) for p in with_days]), auc) for k, days in HEARD.items()}
    writing = sets["openESM diaries"]
    figures["within"] = {
        "people": sum(bool(0 < (p.said > p.said.mean())[FROM:].sum() < len(p) - FROM) for p in writing),
        "hybrid": within(writing, ours),
        "logistic": within(writing, moments(writing, left)),
    }
    score, lonely = (np.array([f(p) for p in people]) for f in (lambda p: final[p.name], lambda p: p.lonely))
    worth = np.array([1 / len(sets[p.of]) for p in people])
    chance = np.zeros(len(people))
    for names in left.values():
        mine = np.array([p.name in names for p in people])
        if mine.any():
            a, b = platt(score[~mine], lonely[~mine], worth[~mine])
            chance[mine] = sigmoid(a * score[mine] + b)
    day = np.array([p.of in DAYS for p in people])
    figures["calibration"] = thirds(chance[day], lonely[day])
    figures["brier"] = {
        "hybrid": over_people((chance[day] - lonely[day]) ** 2),
        "always the same chance": over_people((lonely[day].mean() - lonely[day]) ** 2),
    }
    figures["groups"] = groups(people, final)
    a, b = platt(score, lonely, worth)
    figures["shipped"] = {"platt": [a, b], "threshold": float(sigmoid(np.array(b)))}
    (args.work / "figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
