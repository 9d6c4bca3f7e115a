"""Figures of a finished training: people left out, hand-made features beside it, another data set unseen.

Writes `figures.json` (numbers with intervals over people, calibration, threshold) for export.py.
A person's decisions always use a calibration and threshold found on the other people.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

from baseline import classifiers, features
from data import STATES, hop_windows, load_stress_predict, load_wesad, stack
from model import WearableHybrid
from train import ABLATIONS, EVERYBODY, STRESS, predict

DRAWS = 2000
GRID = np.arange(0.02, 0.981, 0.01)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


def balanced(truth: np.ndarray, decision: np.ndarray) -> float:
    """Mean of sensitivity and specificity."""
    return float((decision[truth].mean() + 1 - decision[~truth].mean()) / 2)


def platt(scores: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    fitted = LogisticRegression(C=1e6).fit(scores[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def threshold(chances: dict[str, np.ndarray], truth: dict[str, np.ndarray]) -> float:
    """Probability with the best mean balanced accuracy over people, after smoothing over neighbours."""
    curve = np.mean([[balanced(truth[p], chances[p] >= t) for t in GRID] for p in truth], 0)
    smooth = np.convolve(np.pad(curve, 4, mode="edge"), np.full(9, 1 / 9), "valid")
    return round(float(GRID[smooth.argmax()]), 2)


def calibrate(scores: dict[str, np.ndarray], truth: dict[str, np.ndarray]) -> tuple[float, float, float]:
    """Platt's a and b, and the threshold, from these people's scores."""
    a, b = platt(*(np.concatenate([d[p] for p in truth]) for d in (scores, truth)))
    return a, b, threshold({p: sigmoid(a * scores[p] + b) for p in truth}, truth)


def crossed(scores: dict[str, np.ndarray], truth: dict[str, np.ndarray], basis: dict | None = None) -> tuple[dict, dict]:
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


def macro_f1(guess: dict[str, np.ndarray], truth: dict[str, np.ndarray]) -> list[float]:
    """Macro-F1 over all windows with its 95 % bootstrap interval over people."""
    people, rng = sorted(truth), np.random.default_rng(0)
    score = lambda some: f1_score(*(np.concatenate([d[p] for p in some]) for d in (truth, guess)), average="macro")
    draws = [score([people[i] for i in rng.integers(0, len(people), len(people))]) for _ in range(300)]
    return [float(score(people)), *map(float, np.percentile(draws, [2.5, 97.5]))]


def binary(scores: dict[str, np.ndarray], truth: dict[str, np.ndarray], basis: dict | None = None) -> dict:
    """Balanced accuracy (crossed thresholds), AUC within a person, expected calibration error."""
    chances, decisions = crossed(scores, truth, basis)
    p, t = (np.concatenate([d[k] for k in truth]) for d in (chances, truth))
    bins = np.minimum((p * 10).astype(int), 9)
    error = sum(abs(p[bins == b].mean() - t[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())
    each = np.array([balanced(truth[k], decisions[k]) for k in truth])
    return {
        "balanced_accuracy": over_people(each),
        "sensitivity": float(np.mean([decisions[k][truth[k]].mean() for k in truth])),
        "specificity": float(np.mean([1 - decisions[k][~truth[k]].mean() for k in truth])),
        "auc": over_people(np.array([roc_auc_score(truth[k], scores[k]) for k in truth])),
        "calibration_error": float(error),
        "each_person": dict(zip(truth, each.round(4).tolist())),
    }


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the state logits with the least negative log-likelihood."""

    def loss(log_t: float) -> float:
        z = logits / np.exp(log_t)
        z = z - z.max(1, keepdims=True)
        return float((np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), labels]).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def hand_made(recordings: dict, windows: list, labels: dict) -> tuple[dict, dict]:
    """Baselines, each person left out: figures by classifier, and classifiers fitted on everybody."""
    found = features(stack(recordings, windows))
    owner, state = np.array([w[0] for w in windows]), np.array([w[2] for w in windows])
    truth = {p: labels[p] == STRESS for p in labels}
    figures, fitted = {}, {}
    for name, model in classifiers().items():
        scores, guess = {}, {}
        for person in labels:
            own = owner == person
            chance = model.fit(found[~own], state[~own] == STRESS).predict_proba(found[own])[:, 1].clip(1e-3, 1 - 1e-3)
            scores[person] = np.log(chance / (1 - chance))
            guess[person] = model.fit(found[~own], state[~own]).predict(found[own])
        figures[name] = {**binary(scores, truth), "state_macro_f1": macro_f1(guess, labels)}
        fitted[name] = model.fit(found, state == STRESS)
    return figures, fitted


def transferred(folder: Path, model: WearableHybrid, shipped: tuple[float, float, float], fitted: dict) -> dict:
    """The final model, as shipped, on Stress-Predict, which it was not trained on. The first half of its people
    served to choose the augmentation; of the second only an earlier model's figure pooled over all was seen before."""
    recordings, intervals = load_stress_predict(folder)
    people = sorted(recordings)
    windows = hop_windows(intervals)
    owner, truth = np.array([w[0] for w in windows]), np.array([w[2] for w in windows]) == 1
    a, b, cut = shipped
    scores = {"Hybrid": a * predict(model, recordings, windows)[:, 0] + b}
    decisions = {"Hybrid": sigmoid(scores["Hybrid"]) >= cut}
    found = features(stack(recordings, windows))
    for name, other in fitted.items():
        scores[name] = other.predict_proba(found)[:, 1]
        decisions[name] = scores[name] >= 0.5

    def half(some: list[str]) -> dict:
        rows = {p: owner == p for p in some}
        out = {"people": len(some), "windows": int(sum(r.sum() for r in rows.values())), "models": {}}
        for name in scores:
            right = np.array([balanced(truth[r], decisions[name][r]) for r in rows.values()])
            auc = np.array([roc_auc_score(truth[r], scores[name][r]) for r in rows.values()])
            out["models"][name] = {"balanced_accuracy": over_people(right), "auc": over_people(auc)}
        return out

    middle = len(people) // 2
    return {"first_half": half(people[:middle]), "second_half": half(people[middle:])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("work", type=Path, help="folder that train.py filled")
    parser.add_argument("--stress-predict", type=Path, help="folder of Stress-Predict's recordings")
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = {path.stem: dict(np.load(path)) for path in sorted(args.work.glob("*.npz"))}
    labels = {p: run["labels"] for p, run in runs.items()}
    truth = {p: labels[p] == STRESS for p in runs}
    logits = {name: {p: run[name] for p, run in runs.items()} for name in ABLATIONS}
    whole = logits["all signals"]
    scores = {p: whole[p][:, 0] for p in runs}
    guess = {p: whole[p][:, 1:].argmax(1) for p in runs}
    hybrid = {**binary(scores, truth), "state_macro_f1": macro_f1(guess, labels)}
    seated = {p: np.isin(labels[p], [STATES.index(s) for s in ("baseline", "stress", "amusement")]) for p in runs}
    _, decisions = crossed(scores, truth)
    hybrid["without_meditation"] = over_people(
        np.array([balanced(truth[p][seated[p]], decisions[p][seated[p]]) for p in runs])
    )
    all_labels = np.concatenate([labels[p] for p in runs])
    all_guesses = np.concatenate([guess[p] for p in runs])
    hybrid["state_f1"] = dict(zip(STATES, f1_score(all_labels, all_guesses, average=None).tolist()))
    shipped = calibrate(scores, truth)
    recordings, intervals = load_wesad(args.data)
    windows = [w for w in hop_windows(intervals) if w[0] in runs]
    baselines, fitted = hand_made(recordings, windows, labels)
    forest = baselines["Random forest, hand-made features"]["each_person"]
    figures = {
        "people": len(runs),
        "windows": len(all_labels),
        "hybrid": hybrid,
        "baselines": baselines,
        "hybrid_minus_forest": over_people(np.array([hybrid["each_person"][p] - forest[p] for p in runs])),
        "ablations": {
            name: binary({p: v[:, 0] for p, v in found.items()}, truth, scores) for name, found in logits.items()
        },
        "platt": shipped[:2],
        "threshold": shipped[2],
        "temperature": temperature(np.concatenate([whole[p][:, 1:] for p in runs]), all_labels),
    }
    if args.stress_predict:
        model = WearableHybrid()
        model.load_state_dict(torch.load(args.work / f"{EVERYBODY}.pt"))
        figures["stress_predict"] = transferred(args.stress_predict, model.eval(), shipped, fitted)
    (args.work / "figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
