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
from model import TOKEN_LAYERS, TextEncoder
from torch import Tensor, nn

LEAST = 384  # smaller maps stay as they are: they cost little
WEIGHT_MOST = 63
BINS = 16384  # of the histogram by which a range is chosen
SHARES = np.linspace(0.1, 1, 91)  # of the way to the furthest value that either end of a range may go
TURNS = 4  # an end at a time
# What these read reaches two and three times as far in one channel at the first token, [CLS], as anywhere else. It saturates:
# room for it would cost all other values more.
WITHOUT_FIRST = tuple(f"layers.{number}.contract" for number in range(TOKEN_LAYERS))
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

    def same_as(self, other: Range) -> bool:
        mine, its = (one if one is None else one.tolist() for one in (self.factors, other.factors))
        return (self.low, self.high, mine) == (other.low, other.high, its)


def read_all(model: TextEncoder, rows: list[np.ndarray], read: Callable[[str, Tensor], None], without_first: tuple[str, ...] = ()) -> None:
    """Runs the encoder on all rows, sixteen of like length at a time, and calls read(name, x) with what each large map reads.

    x (N, in) is of real places alone, tokens or pairs of them: what stands at padding is seldom 0 and says nothing. Of the maps
    in `without_first` it lacks each text's first place.
    """
    ordered, mask = sorted(rows, key=len), torch.empty(0)

    def hand_over(name: str, x: Tensor) -> None:
        begin = int(name in without_first)
        real = mask if x.shape[1] == mask.shape[1] else mask[:, ::2]
        read(name, x[:, begin:][real[:, begin:] > 0])

    maps = large_maps(model).items()
    hooks = [part.register_forward_pre_hook(lambda _, given, name=name: hand_over(name, given[0])) for name, part in maps]
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
        ends = torch.quantile(x.abs(), OFTEN, dim=0)
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
    """Of every large map: the one of `best_range`. Maps that read the same values get the same.

    Quantiles in place of the least square, and ranges with room for [CLS], left logits further from the fp32 form's on other train
    texts.
    """
    ends: dict[str, tuple[float, float]] = {}
    counts: dict[str, np.ndarray] = {}

    def reach_out(name: str, x: Tensor) -> None:
        values, (low, high) = x * factors.get(name, 1.0), ends.get(name, (0.0, 0.0))
        ends[name] = min(low, float(values.min())), max(high, float(values.max()))

    def count(name: str, x: Tensor) -> None:
        values = (x * factors.get(name, 1.0)).numpy()
        counts[name] = counts.get(name, 0) + np.histogram(values, BINS, ends[name])[0]

    for read in (reach_out, count):
        read_all(model, rows, read, WITHOUT_FIRST)
    return {name: best_range(*ends[name], counts[name], factors.get(name)) for name in ends}


def best_range(low: float, high: float, counts: np.ndarray, factors: Tensor | None = None) -> Range:
    """The range within low..high that loses least of its values, in mean square; counts (BINS,) between these ends."""
    edges = np.linspace(low, high, BINS + 1)
    values = (edges[1:] + edges[:-1]) / 2

    def lost(span: Range) -> float:
        zero = float(span.zero)
        return float((np.square((np.clip(np.rint(values / span.scale) + zero, 0, 255) - zero) * span.scale - values) * counts).sum())

    best = Range(low, high, factors)
    for _ in range(TURNS):
        best = min((Range(low * share, best.high, factors) for share in SHARES), key=lost)
        best = min((Range(best.low, high * share, factors) for share in SHARES), key=lost)
    return best


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
