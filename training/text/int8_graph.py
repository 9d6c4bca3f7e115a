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
from onnx import TensorProto, helper
from onnx_builder import GraphBuilder
from torch import Tensor

LEAST = 384  # smaller maps stay as they are: they cost little
WEIGHT_MOST = 63
EVERY = 8  # counters look at every eighth place of a text


def is_large(weight: Tensor) -> bool:
    return min(weight.shape) >= LEAST and weight.numel() > LEAST * LEAST


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

    def linears(self, x: str, parts: list[tuple[Tensor, Tensor]]) -> str:
        return self.op("Concat", *(self.linear(x, *part) for part in parts), axis=1)


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
        self.domains = [helper.make_opsetid("com.microsoft", 1)]

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        if not is_large(weight):
            return super().linear(x, weight, bias)
        quantised, scale, zero = self.quantised(x)
        scales = column_scales(weight)
        numbers = self.constant(whole_numbers(weight, scales), np.int8)
        self.int8[numbers] = (weight.detach().t().numpy().astype(np.float16), scales)
        inputs = [quantised, numbers, scale, self.constant(scales), zero, self.constant(np.zeros(len(scales)), np.int8), self.weight(bias)]
        return self.op("MatMulIntegerToFloat", *inputs, domain="com.microsoft")

    def linears(self, x: str, parts: list[tuple[Tensor, Tensor]]) -> str:
        """Each its own: a small map beside a large one keeps its precision."""
        return self.op("Concat", *(self.linear(x, *part) for part in parts), axis=1)

    def quantised(self, x: str) -> tuple[str, str, str]:
        if x not in self.taken:
            span = self.ranges[len(self.taken)]
            scale, zero = self.constant(span.scale), self.constant(span.zero, np.uint8)
            self.taken[x] = (self.op("QuantizeLinear", x, scale, zero), scale, zero)
            self.count(x, f"{len(self.taken) - 1:02d}", scale, zero)
        return self.taken[x]

    def count(self, x: str, name: str, scale: str, zero: str) -> None:
        """Outputs sat_NAME, the share of values at a limit, and loss_NAME, the mean error over the mean value, (B, 1) each."""
        every = [self.ints(0), self.ints(np.iinfo(np.int64).max)]
        rows = self.op("Slice", self.places.rows, *every, self.ints(1), self.ints(EVERY))
        some = self.op("Gather", x, rows, axis=0)
        mask = self.op("Slice", self.places.mask_row, *every, self.ints(2), self.ints(EVERY))  # (B, 1, places)
        numbers = self.op("QuantizeLinear", some, scale, zero)
        back = self.op("DequantizeLinear", numbers, scale, zero)
        middle = self.op("Abs", self.op("Sub", self.op("Cast", numbers, to=TensorProto.FLOAT), self.constant(127.5)))
        at_limit = self.op("Cast", self.op("Greater", middle, self.constant(127.25)), to=TensorProto.FLOAT)
        parts = [at_limit, self.op("Abs", self.op("Sub", some, back)), self.op("Abs", some)]
        limits, error, size = (self.op("ReduceMean", self.op("MatMul", mask, part), self.ints(2), keepdims=0) for part in parts)
        places = self.op("Squeeze", self.op("MatMul", mask, self.op("Transpose", mask, perm=[0, 2, 1])), self.ints(2))
        sat, loss = self.op("Div", limits, places), self.op("Div", error, self.op("Add", size, self.constant(1e-9)))
        for kind, value in (("sat", sat), ("loss", loss)):
            self.nodes.append(helper.make_node("Identity", [value], [f"{kind}_{name}"]))
            self.watched[f"{kind}_{name}"] = 2


def build_int8(model: TextEncoder, ranges: list[Range]) -> tuple[onnx.ModelProto, Quantiser]:
    quantiser = Quantiser(ranges)
    return build_graph(model, builder=quantiser), quantiser
