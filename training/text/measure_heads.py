"""Figures of each head on rows it did not learn from."""

from __future__ import annotations

import numpy as np
from calibration import (
    crossed_f1, decide, expected_f1_threshold, f1_scores, fit_cuts, fit_platt, kappa, severity_distribution, sigmoid,
)  # fmt: skip
from figures import Tables, number, with_interval
from heads import AFFECT, EKMAN, EMOTIONS, LONELINESS, PERSONALITY, SENTIMENT
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from tasks import Task, severity_targets

HALVINGS = 20  # of the few hundred rows of a yes-or-no label: one alone moves F1 by as much as models differ


def crossed_decisions(logits: np.ndarray, targets: np.ndarray, seed: int = 0) -> np.ndarray:
    """Decisions (rows,) of one column, its scaling and threshold from the half of the rows that the row is not in."""
    half = np.random.default_rng(seed).permutation(len(targets)) % 2
    decided = np.zeros(len(targets), bool)
    for side in (0, 1):
        a, b = fit_platt(logits[half != side, None], targets[half != side, None])
        p = sigmoid(logits * a[0] + b[0])
        decided[half == side] = p[half == side] > expected_f1_threshold(p[half != side])
    return decided


def grouped(p: np.ndarray, groups: dict[str, list[str]]) -> np.ndarray:
    """Probability that at least one member holds, members taken as independent: (rows, groups)."""
    columns = [[EMOTIONS.index(label) for label in members] for members in groups.values()]
    return np.stack([1 - np.prod(1 - p[:, c], axis=1) for c in columns], axis=1)


def emotion(tables: Tables, logits: np.ndarray, targets: np.ndarray, repeats: np.ndarray) -> None:
    def row(keep: np.ndarray) -> list[str | int]:
        z, t = logits[keep], targets[keep]
        found = crossed_f1(z, t)
        decided = np.stack([crossed_decisions(z[:, k], t[:, k]) for k in range(t.shape[1])], axis=1)

        def macro(rows: np.ndarray) -> float:
            return float(f1_scores(decided[rows], t[rows])[0].mean())

        def precision(rows: np.ndarray) -> float:
            return float(np.mean([average_precision_score(t[rows, k], z[rows, k]) for k in range(28) if t[rows, k].any()]))

        width = [with_interval(figure, len(t), draws=200).split(" ", 1)[1] for figure in (macro, precision)]
        return [len(t), f"{number(found['macro_f1'])} {width[0]}", number(found["micro_f1"]), f"{number(found['mean_ap'])} {width[1]}"]

    everything = np.ones(len(targets), bool)
    rows = {"emotion, all dev rows": row(everything), "emotion, dev rows whose text is not in train": row(~repeats)}
    tables.add("emotion", "Emotion, GoEmotions dev", ["rows", "macro-F1", "micro-F1", "mean AP"], rows)
    f1 = crossed_f1(logits, targets)["f1"]
    tables.add("labels", "Emotion, one label", ["F1"], {label: [number(f1[k])] for k, label in enumerate(EMOTIONS)})
    a, b = fit_platt(logits, targets)
    p, rows = sigmoid(logits * a + b), {}
    for name, groups in (("Ekman", EKMAN), ("sentiment", SENTIMENT)):
        z, t = grouped(p, groups), grouped(targets, groups)
        scaled = np.log(np.clip(z, 1e-6, 1 - 1e-6) / np.clip(1 - z, 1e-6, 1))
        rows[name] = [len(groups), number(crossed_f1(scaled, t)["macro_f1"]), number(crossed_f1(scaled, t)["mean_ap"])]
    tables.add("groups", "Groupings of emotions", ["groups", "macro-F1", "mean AP"], rows)


def ranked(task: Task, logits: np.ndarray, column: int) -> list[str | int]:
    """Rows, area under the curve and F1 with crossed thresholds (mean over random halvings) of one yes-or-no column."""
    keep = np.ones(len(logits), bool) if task.known is None else task.known[:, column] > 0
    z, t = logits[keep, column], task.targets[keep, column]
    decided = np.stack([crossed_decisions(z, t, seed) for seed in range(HALVINGS)], axis=1)
    auc = with_interval(lambda rows: float(roc_auc_score(t[rows], z[rows])), len(t))
    return [len(t), auc, with_interval(lambda rows: float(f1_scores(decided[rows], t[rows, None])[0].mean()), len(t))]


def distress(tables: Tables, loneliness: tuple[Task, np.ndarray], stress: tuple[Task, np.ndarray]) -> None:
    rows = {f"loneliness: {name}": ranked(*loneliness, k) for k, name in enumerate(LONELINESS)}
    tables.add("distress", "Loneliness and stress, dev", ["rows", "AUC", "F1"], {**rows, "stress": ranked(*stress, 0)})


def affect(tables: Tables, task: Task, logits: np.ndarray) -> None:
    def r(k: int):
        return lambda rows: float(np.corrcoef(logits[rows, k], task.targets[rows, k])[0, 1])

    rows = {f"affect: {name}": [len(logits), with_interval(r(k), len(logits))] for k, name in enumerate(AFFECT)}
    rows["affect, mean of the three"] = [len(logits), with_interval(lambda rows: float(np.mean([r(k)(rows) for k in range(3)])), len(logits))]
    tables.add("affect", "Affect, EmoBank dev", ["rows", "r"], rows)


def crisis(tables: Tables, parts: dict[str, tuple[Task, np.ndarray]], head: dict) -> None:
    """parts: name -> rated posts and their logits; `head` as shipped."""
    a, b, cuts = (np.array(value) for value in (head["calibration"]["a"], head["calibration"]["b"], head["cuts"]))
    columns, rows, missed = ["rows", "kappa", "AUC severity ≥ 4", "AUC severity ≥ 1", "mean absolute error", "90 % interval holds"], {}, {}
    pooled, truth = [], []
    for name, (task, logits) in parts.items():
        severity = task.targets.sum(axis=1).astype(int)
        above, expected = severity_distribution(logits, a, b)
        decided = crossed_levels(logits, severity) if "left out" in name else decide(expected, cuts)
        reached = 1 - np.concatenate([above, np.zeros((len(above), 1))], axis=1)
        low, high = (np.argmax(reached >= q - 1e-9, axis=1) for q in (0.05, 0.95))
        rows[name] = [
            len(severity), with_interval(lambda r: kappa(severity[r], decided[r]), len(severity), task.groups),
            with_interval(lambda r: float(roc_auc_score(severity[r] >= 4, expected[r])), len(severity), task.groups),
            with_interval(lambda r: float(roc_auc_score(severity[r] >= 1, expected[r])), len(severity), task.groups),
            number(float(np.abs(decided - severity).mean())), number(float(((low <= severity) & (severity <= high)).mean())),
        ]  # fmt: skip
        pooled.append(decided)
        truth.append(severity)
    tables.add("crisis", "Crisis, Columbia severity 0–6", columns, rows)
    decided, severity = np.concatenate(pooled), np.concatenate(truth)
    for level in range(7):
        at = decided[severity == level]
        missed[f"severity {level}"] = [len(at), *(number(float((at >= limit).mean())) for limit in (1, 2, 4))]
    tables.add("missed", "What becomes of rated posts", ["posts", "decided 1 or more", "decided 2 or more", "decided 4 or more"], missed)


def crossed_levels(logits: np.ndarray, severity: np.ndarray, seed: int = 0) -> np.ndarray:
    """Decided levels (rows,), scaling and cuts from the half of the rows that the row is not in."""
    half, decided = np.random.default_rng(seed).permutation(len(severity)) % 2, np.zeros(len(severity), int)
    for side in (0, 1):
        own, other = half == side, half != side
        a, b = fit_platt(logits[other], severity_targets(severity[other]))
        cuts = fit_cuts(severity_distribution(logits[other], a, b)[1], severity[other])
        decided[own] = decide(severity_distribution(logits[own], a, b)[1], cuts)
    return decided


def weak(tables: Tables, kept: dict[str, np.ndarray]) -> None:
    """Left-out folds of the heads whose labels are weak."""
    z, t = kept["personality_logits"], kept["personality_targets"]
    right = (z > 0) == (t > 0)
    rows = {f"personality: {name}": [len(t), with_interval(lambda r, k=k: float(right[r, k].mean()), len(t))] for k, name in enumerate(PERSONALITY)}
    rows["personality, mean of the five"] = [len(t), with_interval(lambda r: float(right[r].mean()), len(t))]
    tables.add("personality", "Personality, essays, left-out folds", ["rows", "accuracy"], rows)
    classes, guess = kept["outdoor_effect_targets"].argmax(axis=1), kept["outdoor_effect_logits"].argmax(axis=1)
    macro = with_interval(lambda r: float(f1_score(classes[r], guess[r], average="macro")), len(classes))
    z, t = kept["social_anxiety_logits"][:, 0], kept["social_anxiety_targets"][:, 0]
    auc = with_interval(lambda r: float(roc_auc_score(t[r], z[r])), len(t))
    rows = {"outdoor_effect, macro-F1": [len(classes), macro], "social_anxiety, AUC": [len(t), auc]}
    tables.add("weak", "Weak heads, left-out folds", ["rows", "figure"], rows)
