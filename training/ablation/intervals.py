"""What the ablation's figures leave open: rows drawn again and again, as weights, so that every draw is one product.

Shapes: R draws, N rows, K columns. The first draw is every row once.
"""

import numpy as np

DRAWS = 200


def row_weights(rows: int) -> np.ndarray:
    """How often each row is drawn (R, N)."""
    generator = np.random.default_rng(0)
    return np.concatenate([np.ones((1, rows)), generator.multinomial(rows, np.full(rows, 1 / rows), DRAWS)]).astype(np.float32)


def f1s(decided: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """F1 (R, K) of decisions and targets (N, K) of 0 and 1; a column without cases and decisions counts 0."""
    hits, seen = weights @ (decided * targets), weights @ (decided + targets)
    return np.where(seen > 0, 2 * hits / np.maximum(seen, 1), 0.0)


def average_precisions(logits: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision (R, K), 0 for a column without a case; rows of one logit count in their order."""
    found = np.zeros((len(weights), targets.shape[1]))
    for k in range(targets.shape[1]):
        order = np.argsort(-logits[:, k], kind="stable")
        drawn = weights[:, order].astype(np.float64)
        cases = drawn * targets[order, k]
        precision = np.cumsum(cases, axis=1) / np.maximum(np.cumsum(drawn, axis=1), 1)
        found[:, k] = (cases * precision).sum(axis=1) / np.maximum(cases.sum(axis=1), 1)
    return found


def of_mean(draws: list[np.ndarray]) -> dict:
    """Runs' draws, each (R,): the figure of every run, their mean, and its 95 % interval over rows."""
    mean = np.mean(draws, axis=0)
    return {
        "runs": [float(run[0]) for run in draws], "mean": float(mean[0]),
        "interval": [float(v) for v in np.quantile(mean[1:], [0.025, 0.975])],
    }  # fmt: skip
