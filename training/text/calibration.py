"""Platt scaling, thresholds and cuts, and the figures they are judged by. All arrays are float64 numpy."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, cohen_kappa_score, roc_auc_score


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def fit_platt(logits: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Slope a and offset b a column, (n,) each, of p = sigmoid(a * logit + b). logits, targets (rows, n), weights (rows,)."""
    fits = [LogisticRegression(C=1e3).fit(logits[:, [k]], targets[:, k], weights) for k in range(logits.shape[1])]
    return np.array([f.coef_[0, 0] for f in fits]), np.array([f.intercept_[0] for f in fits])


def expected_f1_threshold(p: np.ndarray) -> float:
    """The probability above which a yes maximises the expected F1, if `p` (rows,) are right."""
    ranked = np.sort(p)[::-1]
    f1 = 2 * np.cumsum(ranked) / (np.arange(1, len(p) + 1) + p.sum())
    best = int(f1.argmax())
    return float((ranked[best] + ranked[min(best + 1, len(p) - 1)]) / 2)


def f1_scores(decided: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, float]:
    """F1 of each column (n,) and the micro average; a column without cases and decisions counts 0."""
    hits, seen = (decided * targets).sum(axis=0), decided.sum(axis=0) + targets.sum(axis=0)
    return np.where(seen > 0, 2 * hits / np.maximum(seen, 1), 0.0), float(2 * hits.sum() / seen.sum())


def crossed_f1(logits: np.ndarray, targets: np.ndarray, halvings: int = 5) -> dict:
    """F1 with scaling and thresholds from one half scored on the other, mean over random halvings."""
    per_label, micro = [], []
    for seed in range(halvings):
        half = np.random.default_rng(seed).permutation(len(targets)) % 2
        decided = np.zeros_like(targets)
        for side in (0, 1):
            a, b = fit_platt(logits[half != side], targets[half != side])
            p = sigmoid(logits * a + b)
            limits = np.array([expected_f1_threshold(column) for column in p[half != side].T])
            decided[half == side] = p[half == side] > limits
        scores, total = f1_scores(decided, targets)
        per_label.append(scores)
        micro.append(total)
    return {
        "macro_f1": float(np.mean(per_label)),
        "micro_f1": float(np.mean(micro)),
        "mean_ap": float(np.mean([average_precision_score(t, z) for t, z in zip(targets.T, logits.T)])),
        "f1": np.mean(per_label, axis=0),
    }


def fit_linear(logits: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope and offset a column of value = a * logit + b, and half the width that 90 % of the rows lie within, (n,) each."""
    fits = [np.polyfit(logits[:, k], values[:, k], 1) for k in range(logits.shape[1])]
    a, b = np.array(fits).T
    return a, b, np.quantile(np.abs(logits * a + b - values), 0.9, axis=0)


def fit_temperature(logits: np.ndarray, classes: np.ndarray) -> float:
    """The divisor of logits (rows, n) that makes the classes (rows,) likeliest, of 0.3 to 5."""
    def cost(t: float) -> float:
        scaled = logits / t
        return float((np.logaddexp.reduce(scaled, axis=1) - scaled[np.arange(len(classes)), classes]).mean())
    return float(min(np.geomspace(0.3, 5, 200), key=cost))


def interval_table(logits: np.ndarray, targets: np.ndarray, known: np.ndarray | None = None, draws: int = 100) -> dict:
    """95 % interval of each column's calibrated probability over a grid of logits, by refitting on resampled rows.

    It says how well the scaling is known from these rows, not how well the model knows the text.
    """
    generator, low, high = np.random.default_rng(0), [], []
    grid = np.linspace(np.quantile(logits, 0.001), np.quantile(logits, 0.999), 13)
    for k in range(logits.shape[1]):
        rows = np.arange(len(logits)) if known is None else np.flatnonzero(known[:, k])
        curves = []
        for _ in range(draws):
            drawn = generator.choice(rows, len(rows))
            if 0 < targets[drawn, k].sum() < len(drawn):
                a, b = fit_platt(logits[drawn][:, [k]], targets[drawn][:, [k]])
                curves.append(sigmoid(a[0] * grid + b[0]))
        low.append(np.quantile(curves, 0.025, axis=0).round(4).tolist())
        high.append(np.quantile(curves, 0.975, axis=0).round(4).tolist())
    return {"grid": grid.round(4).tolist(), "low": low, "high": high}


def severity_distribution(logits: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated P(severity > k) made monotone, (rows, 6), and the expected severity 0-6, (rows,)."""
    above = np.minimum.accumulate(sigmoid(logits * a + b), axis=1)
    return above, above.sum(axis=1)


def fit_cuts(expected: np.ndarray, severity: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Six ascending cuts on the expected severity that give each level the weight of rows that people gave it."""
    weights = np.ones(len(severity)) if weights is None else weights
    order = np.argsort(expected, kind="stable")
    reached = np.cumsum(weights[order])
    below = np.array([weights[severity <= level].sum() for level in range(6)])
    last = np.searchsorted(reached, below - 1e-9)
    ranked = expected[order]
    return (ranked[last] + ranked[np.minimum(last + 1, len(ranked) - 1)]) / 2


def decide(expected: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Number of cuts passed, 0-6."""
    return (expected[:, None] > cuts).sum(axis=1)


def kappa(severity: np.ndarray, decided: np.ndarray) -> float:
    """Cohen's kappa with quadratic weights."""
    return float(cohen_kappa_score(severity, decided, weights="quadratic", labels=range(7)))


def crisis_figures(severity: np.ndarray, logits: np.ndarray, a: np.ndarray, b: np.ndarray, cuts: np.ndarray) -> dict:
    """Agreement, ranking and calibration of the crisis head on rated posts."""
    above, expected = severity_distribution(logits, a, b)
    decided = decide(expected, cuts)
    distribution = -np.diff(np.concatenate([np.ones((len(above), 1)), above, np.zeros((len(above), 1))], axis=1), axis=1)
    reached = np.cumsum(distribution, axis=1)
    low, high = (np.argmax(reached >= q - 1e-9, axis=1) for q in (0.05, 0.95))
    return {
        "kappa": kappa(severity, decided),
        "kappa_rounded": kappa(severity, np.rint(expected).astype(int)),
        "auc_severity_4": float(roc_auc_score(severity >= 4, expected)),
        "auc_severity_1": float(roc_auc_score(severity >= 1, expected)),
        "mean_absolute_error": float(np.abs(decided - severity).mean()),
        "exact": float((decided == severity).mean()),
        "interval_90_coverage": float(((low <= severity) & (severity <= high)).mean()),
    }


def bootstrap(figure, rows: int, draws: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % interval of figure(row numbers) over resampled rows."""
    generator = np.random.default_rng(seed)
    values = [figure(generator.integers(0, rows, rows)) for _ in range(draws)]
    return float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))
