"""Measures over people left out: calibration and thresholds found on the other people, intervals by drawing people again."""

import argparse

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

DRAWS = 2000
GRID = np.arange(0.02, 0.981, 0.01)
FALSE_ALERTS = (5, 10, 20, 50)  # per 1,000 blocks of rest
Each = dict[str, np.ndarray]  # by person


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


def balanced(truth: np.ndarray, decision: np.ndarray) -> float:
    """Mean of sensitivity and specificity."""
    return float((decision[truth].mean() + 1 - decision[~truth].mean()) / 2)


def platt(scores: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    fitted = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def threshold(chances: Each, truth: Each) -> float:
    """Probability with the best mean balanced accuracy over people: smoothed over neighbours, then the middle of those within .005."""
    curve = np.mean([[balanced(truth[p], chances[p] >= t) for t in GRID] for p in truth], 0)
    smooth = np.convolve(np.pad(curve, 4, mode="edge"), np.full(9, 1 / 9), "valid")
    return round(float(GRID[smooth >= smooth.max() - 0.005].mean()), 2)


def calibrate(scores: Each, truth: Each) -> tuple[float, float, float]:
    """Platt's a and b, and the threshold, from these people's scores."""
    a, b = platt(*(np.concatenate([d[p] for p in truth]) for d in (scores, truth)))
    return a, b, threshold({p: sigmoid(a * scores[p] + b) for p in truth}, truth)


def crossed(scores: Each, truth: Each, basis: Each | None = None) -> tuple[Each, Each]:
    """Probabilities and decisions of each person by what was found on the others (on their `basis` scores)."""
    chances, decisions = {}, {}
    for person in truth:
        others = {p: t for p, t in truth.items() if p != person}
        a, b, cut = calibrate(basis or scores, others)
        chances[person] = sigmoid(a * scores[person] + b)
        decisions[person] = chances[person] >= cut
    return chances, decisions


def over_people(values: np.ndarray) -> list[float]:
    """Mean over people with its 95 % bootstrap interval (people drawn again)."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(1)
    return [float(values.mean()), *map(float, np.percentile(means, [2.5, 97.5]))]


def macro_f1(guess: Each, truth: Each) -> list[float]:
    """Macro-F1 over all blocks with its 95 % bootstrap interval over people."""
    people, rng = sorted(truth), np.random.default_rng(0)
    score = lambda some: f1_score(*(np.concatenate([d[p] for p in some]) for d in (truth, guess)), average="macro")
    draws = [score([people[i] for i in rng.integers(0, len(people), len(people))]) for _ in range(300)]
    return [float(score(people)), *map(float, np.percentile(draws, [2.5, 97.5]))]


def reliability(chances: np.ndarray, truth: np.ndarray) -> list[dict]:
    """Tenths of probability that hold blocks: how many, the mean probability, how often it was so."""
    tenth = np.minimum((chances * 10).astype(int), 9)
    rows = [(b, tenth == b) for b in range(10) if (tenth == b).any()]
    return [{"tenth": b, "blocks": int(r.sum()), "said": float(chances[r].mean()), "was": float(truth[r].mean())} for b, r in rows]


def binary(scores: Each, truth: Each, basis: Each | None = None) -> dict:
    """Balanced accuracy (crossed thresholds), AUC within a person, expected calibration error, sensitivity at rates of false alerts."""
    chances, decisions = crossed(scores, truth, basis)
    p, t = (np.concatenate([d[k] for k in truth]) for d in (chances, truth))
    bins = reliability(p, t)
    each = np.array([balanced(truth[k], decisions[k]) for k in truth])
    return {
        "balanced_accuracy": over_people(each),
        "sensitivity": float(np.mean([decisions[k][truth[k]].mean() for k in truth])),
        "specificity": float(np.mean([1 - decisions[k][~truth[k]].mean() for k in truth])),
        "auc": over_people(np.array([roc_auc_score(truth[k], scores[k]) for k in truth])),
        "calibration_error": float(sum(abs(b["said"] - b["was"]) * b["blocks"] for b in bins) / len(p)),
        "reliability": bins,
        "sensitivity_at_false_alerts": {n: float((p[t] > np.quantile(p[~t], 1 - n / 1000)).mean()) for n in FALSE_ALERTS},
        "each_person": dict(zip(truth, each.round(4).tolist())),
    }


def ppv(sensitivity: float, specificity: float, prevalence: float) -> float:
    true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return true / (true + false)


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the state logits with the least negative log-likelihood."""

    def loss(log_t: float) -> float:
        z = logits / np.exp(log_t)
        z = z - z.max(1, keepdims=True)
        return float((np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), labels]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def main() -> None:
    argparse.ArgumentParser(description="Print what an alert is worth at 1 % prevalence, by specificity.").parse_args()
    for specificity in (0.9, 0.95, 0.99):
        print(specificity, round(ppv(0.9, specificity, 0.01), 3))


if __name__ == "__main__":
    main()
