"""The encoder with its large linear maps in eight bits: static scales, weights of seven bits, counters of what is lost.

An activation x becomes round(x / scale) + zero in 0..255; weights are whole numbers of -63..63 a column, so that no sum
of two products leaves 16 bits on processors without VNNI, and every processor gives the same whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from graph import build_graph
from model import TextEncoder
from onnx import helper
from onnx_builder import GraphBuilder
from torch import Tensor

LEAST = 384  # smaller maps stay as they are: they cost little
WEIGHT_MOST = 63
EVERY = 16  # counters look at every sixteenth token of a text, and at the pair that it is in
COLUMNS = 384  # of each: where there are more, at other ones from place to place
BEYOND = 0.505  # a value that loses more than half a step lies beyond its range


def is_large(weight: Tensor) -> bool:
    return min(weight.shape) >= LEAST


class Watcher(GraphBuilder):
    """Writes the graph as it is, and gives the inputs of its large linear maps as outputs (B, T, n), to see their ranges."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        if is_large(weight) and x not in self.seen:
            self.seen.add(x)
            self.watched[self.places.unpack(self, x)] = 3
        return super().linear(x, weight, bias)

    def product(self, x: str, weight: Tensor) -> str:
        if is_large(weight):
            self.watched[self.places.unpack(self, x)] = 3
        return super().product(x, weight)


@dataclass
class Range:
    """Least and greatest value that an activation may take; beyond them it saturates."""

    low: float
    high: float

    @property
    def scale(self) -> np.float32:
        return np.float32((self.high - self.low) / 255)

    @property
    def zero(self) -> np.uint8:
        return np.uint8(np.clip(np.rint(-self.low / self.scale), 0, 255))


def column_scales(weight: Tensor) -> np.ndarray:
    """Of the fp16 form (in, out) of PyTorch's weight (out, in): one a column, float32."""
    halves = weight.detach().t().numpy().astype(np.float16).astype(np.float64)
    return (np.abs(halves).max(axis=0) / WEIGHT_MOST).astype(np.float32)


def whole_numbers(weight: Tensor, scales: np.ndarray) -> np.ndarray:
    """(in, out) int8; the runtime builds the same bytes from the fp16 weights."""
    halves = weight.detach().t().numpy().astype(np.float16).astype(np.float64)
    return np.clip(np.rint(halves / scales.astype(np.float64)), -WEIGHT_MOST, WEIGHT_MOST).astype(np.int8)


class Quantiser(GraphBuilder):
    """Writes large linear maps in eight bits. ranges: of each watched activation, in the order of the graph."""

    def __init__(self, ranges: list[Range]) -> None:
        super().__init__()
        self.ranges, self.taken = ranges, {}
        self.int8: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # tensor -> fp16 source, scales
        self.samples: dict[object, Samples] = {}  # by resolution
        self.domains = [helper.make_opsetid("com.microsoft", 1)]

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        return self.in_eight_bits(x, weight, self.weight(bias)) if is_large(weight) else super().linear(x, weight, bias)

    def product(self, x: str, weight: Tensor) -> str:
        return self.in_eight_bits(x, weight) if is_large(weight) else super().product(x, weight)

    def in_eight_bits(self, x: str, weight: Tensor, *bias: str) -> str:
        quantised, scale, zero = self.quantised(x, weight.shape[1])
        scales = column_scales(weight)
        numbers = self.constant(whole_numbers(weight, scales), np.int8)
        self.int8[numbers] = (weight.detach().t().numpy().astype(np.float16), scales)
        inputs = [quantised, numbers, scale, self.constant(scales), zero, self.constant(np.zeros(len(scales)), np.int8), *bias]
        return self.op("MatMulIntegerToFloat", *inputs, domain="com.microsoft")

    def quantised(self, x: str, width: int) -> tuple[str, str, str]:
        if x not in self.taken:
            span, number = self.ranges[len(self.taken)], len(self.taken)
            scale, zero = self.constant(span.scale), self.constant(span.zero, np.uint8)
            self.taken[x] = (self.op("QuantizeLinear", x, scale, zero), scale, zero)
            if self.places not in self.samples:
                self.samples[self.places] = Samples(self, EVERY // (2 if self.samples else 1))
            self.samples[self.places].take(self, f"{number:02d}", x, self.taken[x], float(span.scale), width)
        return self.taken[x]

    def close(self) -> None:
        for samples in self.samples.values():
            samples.close(self)


class Samples:
    """What is lost at some places of a resolution: outputs sat_NAME, the share of values beyond the range, and loss_NAME, the
    mean error over the mean value, (B, 1) each."""

    def __init__(self, g: Quantiser, every: int) -> None:
        ends = [g.ints(0), g.ints(np.iinfo(np.int64).max)]
        self.rows = g.op("Slice", g.places.rows, *ends, g.ints(1), g.ints(every))  # (B, places)
        self.mask = g.op("Slice", g.places.mask_row, *ends, g.ints(2), g.ints(every))  # (B, 1, places)
        self.numbers = g.places.counted(g, g.slice(g.op("Shape", self.rows), 1, 2, 0))
        self.at: dict[int, str] = {1: self.rows}
        self.names: list[str] = []
        self.sums: list[list[str]] = [[], [], []]

    def take(self, g: Quantiser, name: str, x: str, taken: tuple[str, str, str], step: float, width: int) -> None:
        parts = width // COLUMNS
        if parts not in self.at:
            part = g.op("Mod", self.numbers, g.ints(parts))
            self.at[parts] = g.op("Add", g.op("Mul", self.rows, g.ints(parts)), part)
        numbers, scale, zero = taken
        some, found = (g.op("Gather", g.op("Reshape", of, g.ints(-1, COLUMNS)), self.at[parts], axis=0) for of in (x, numbers))
        error = g.op("Abs", g.op("Sub", some, g.op("DequantizeLinear", found, scale, zero)))
        beyond = g.op("HardSigmoid", error, alpha=1000 / step, beta=-1000 * BEYOND)  # 0 within the range, 1 beyond
        self.names.append(name)
        for kept, kind, part in zip(self.sums, ("ReduceSum", "ReduceSum", "ReduceL1"), (beyond, error, some)):
            kept.append(g.op(kind, part, g.ints(2), keepdims=1))  # (B, places, 1)

    def close(self, g: Quantiser) -> None:
        count = len(self.names)
        each = g.op("Concat", *(part for parts in self.sums for part in parts), axis=2)
        total = g.op("Squeeze", g.op("MatMul", self.mask, each), g.ints(1))  # (B, 3 * names)
        beyond, error, size = g.op("Split", total, outputs=3, axis=1, num_outputs=3)
        values = g.op("Mul", g.op("ReduceSum", self.mask, g.ints(2), keepdims=0), g.constant(float(COLUMNS)))  # (B, 1)
        for kind, value in (("sat", g.op("Div", beyond, values)), ("loss", g.op("Div", error, g.op("Add", size, g.constant(1e-9))))):
            names = [f"{kind}_{name}" for name in self.names]
            g.nodes.append(helper.make_node("Split", [value], names, axis=1, num_outputs=count))
            g.watched.update(dict.fromkeys(names, 2))


def build_int8(model: TextEncoder, ranges: list[Range]) -> tuple[onnx.ModelProto, Quantiser]:
    quantiser = Quantiser(ranges)
    return build_graph(model, builder=quantiser), quantiser
