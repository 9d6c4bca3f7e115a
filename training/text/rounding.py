"""What the large linear maps of the encoder are rounded to in eight bits, and how wide the values that they read are.

An activation x becomes round(x * factor / scale) + zero in 0..255; weights are whole numbers of -63..63 a column, so that no sum
of two products leaves 16 bits on processors without VNNI, and every processor gives the same whole numbers. Factors are powers
of two: they draw in the few channels that reach many times as far as the others, whose weights grow by as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from data import pad
from model import TextEncoder
from torch import Tensor, nn

LEAST = 384  # smaller maps stay as they are: they cost little
WEIGHT_MOST = 63
TAIL = 0.9999  # of the values of an activation that the range holds, of every sixteen texts, their padding among them
MARGIN = 0.02  # beyond either end, so that what often lies at an end (GELU's least value) is not counted as saturated
OFTEN = 0.9995  # how far a channel reaches is told by this quantile
FAR = 2  # times the median channel that a channel may reach
TEXTS = 16


def is_large(weight: Tensor) -> bool:
    return min(weight.shape) >= LEAST


def large_maps(model: TextEncoder) -> dict[str, nn.Linear]:
    return {name: part for name, part in model.named_modules() if isinstance(part, nn.Linear) and is_large(part.weight)}


@dataclass
class Range:
    """Least and greatest value that an activation may take, after its factors; beyond them it saturates."""

    low: float
    high: float
    factors: Tensor | None = None  # (in,), where some are not 1

    @property
    def scale(self) -> np.float32:
        return np.float32((self.high - self.low) / 255)

    @property
    def zero(self) -> np.uint8:
        return np.uint8(np.clip(np.rint(-self.low / self.scale), 0, 255))


def read_all(model: TextEncoder, rows: list[np.ndarray], read: Callable[[str, Tensor], None]) -> None:
    """Runs the encoder on all rows, sixteen of like length at a time, and calls read(name, x) with what each large map reads.

    x (B, places, in) has places of padding too, whose values are seldom 0.
    """
    ordered = sorted(rows, key=len)
    maps = large_maps(model).items()
    hooks = [part.register_forward_pre_hook(lambda _, given, name=name: read(name, given[0])) for name, part in maps]
    with torch.no_grad():
        for start in range(0, len(ordered), TEXTS):
            ids, mask = (torch.from_numpy(part) for part in pad(ordered[start : start + TEXTS], 2))
            model(ids, mask.float())
    for hook in hooks:
        hook.remove()


def reach(model: TextEncoder, rows: list[np.ndarray]) -> dict[str, Tensor]:
    """How far each channel that a large map reads goes from 0 on these texts: by map, (in,)."""
    seen: dict[str, Tensor] = {}

    def read(name: str, x: Tensor) -> None:
        ends = torch.quantile(x.detach().flatten(0, -2).abs(), OFTEN, dim=0)
        seen[name] = torch.maximum(seen.get(name, ends), ends)

    read_all(model, rows, read)
    return seen


def drawn_in(far: Tensor) -> Tensor:
    """Factors, powers of two of at most 1, that leave no channel much over FAR times the median one."""
    return torch.exp2(-torch.clamp(torch.ceil(torch.log2(far / (far.median() * FAR))), min=0))


def factors_of(far: dict[str, Tensor]) -> dict[str, Tensor]:
    """Of the maps that have some: those after a mixer's norm, where the far channels are."""
    return {name: drawn_in(channels) for name, channels in far.items() if name.endswith("expand")}


def measured_ranges(model: TextEncoder, rows: list[np.ndarray], factors: dict[str, Tensor]) -> dict[str, Range]:
    """Of every large map. Padding counts, but for rows that are 0: without it a few far values would widen some ranges threefold,
    which costs all others more than it saves these."""
    ends: dict[str, tuple[float, float]] = {}

    def read(name: str, x: Tensor) -> None:
        values = (x.detach() * factors.get(name, 1.0)).numpy()
        low, high = np.quantile(values[np.any(values != 0, axis=-1)], [1 - TAIL, TAIL])
        ends[name] = (min(low, ends.get(name, (0, 0))[0]), max(high, ends.get(name, (0, 0))[1]))

    read_all(model, rows, read)
    pads = {name: MARGIN * (high - low) for name, (low, high) in ends.items()}
    return {name: Range(low - pads[name], high + pads[name], factors.get(name)) for name, (low, high) in ends.items()}


def column_scales(weight: Tensor, factors: Tensor | None = None) -> np.ndarray:
    """Steps of the enlarged weight, one a column, float32: its greatest value is WEIGHT_MOST of them."""
    return (np.abs(enlarged(weight, factors)).max(axis=0) / WEIGHT_MOST).astype(np.float32)


def whole_numbers(weight: Tensor, scales: np.ndarray, factors: Tensor | None = None) -> np.ndarray:
    """(in, out) int8; the runtime builds the same bytes from the fp16 weights."""
    halves = enlarged(weight, factors)
    return np.clip(np.rint(halves / scales.astype(np.float64)), -WEIGHT_MOST, WEIGHT_MOST).astype(np.int8)


def enlarged(weight: Tensor, factors: Tensor | None) -> np.ndarray:
    """The fp16 form (in, out) of PyTorch's weight (out, in), in doubles, each row divided by its factor."""
    halves = weight.detach().t().numpy().astype(np.float16).astype(np.float64)
    return halves if factors is None else halves / factors.double().numpy()[:, None]
