"""How near a decision of the int8 form may come to its limit before the row is scored in fp32, and which rows come so near."""

from __future__ import annotations

import numpy as np
from calibration import sigmoid
from measure_risk import Crisis

HEADS = ("crisis",)
SURE = 0.99  # share of texts of which the int8 form's word is nearer to the fp32 form's than the margin


def compared(head: dict, logits: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """What a head compares (rows, n), and for each of n the limits: expected level and cuts, or probabilities and thresholds."""
    if head["type"] == "ordinal":
        crisis = Crisis(head)
        return crisis.expected(logits)[:, None], [crisis.cuts]
    part = head["calibration"]
    return sigmoid(logits * np.array(part["a"]) + np.array(part["b"])), [np.array([limit]) for limit in head["thresholds"]]


def margin_of(head: dict, full: np.ndarray, low: np.ndarray) -> float:
    """From the logits of both forms of the same texts, (rows, n)."""
    one, other = compared(head, full)[0], compared(head, low)[0]
    return round(float(np.quantile(np.abs(one - other).max(axis=1), SURE)), 4)


def near(head: dict, low: np.ndarray, margin: float) -> np.ndarray:
    """(rows,) of bool: as the runtime finds them."""
    values, limits = compared(head, low)
    return np.any([np.abs(values[:, [k]] - each[None]).min(axis=1) < margin for k, each in enumerate(limits)], axis=0)
