"""The encoder with its large linear maps in eight bits: static scales, weights of seven bits, counters of what is lost.

What activations and weights become is in rounding.py.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from graph import build_graph
from model import TextEncoder
from onnx import helper
from onnx_builder import GraphBuilder
from rounding import Range, column_scales, is_large, large_maps, whole_numbers
from torch import Tensor

EVERY = 16  # counters look at every sixteenth token of a text, from the third on, and at the pair that it is in
COLUMNS = 96  # of each: where there are more, at other ones from place to place
BEYOND = 0.505  # a value that loses more than half a step lies beyond its range


class Quantiser(GraphBuilder):
    """Writes large linear maps in eight bits. ranges: of what each of them reads."""

    def __init__(self, model: TextEncoder, ranges: dict[str, Range]) -> None:
        super().__init__()
        self.ranges = {id(part.weight): ranges[name] for name, part in large_maps(model).items()}
        self.taken: dict[str, tuple[str, str, str]] = {}
        self.spans: dict[str, Range] = {}  # of what was taken
        self.int8: dict[str, tuple[np.ndarray, np.ndarray, Tensor | None]] = {}  # tensor -> fp16 source, scales, factors
        self.samples: dict[object, Samples] = {}  # by resolution
        self.counters: list[str] = []  # names of the columns of the output `counters`
        self.domains = [helper.make_opsetid("com.microsoft", 1)]

    def by_chunk(self, rows: str, x: str, width: int, work: Callable[[GraphBuilder, str], str]) -> str:
        return work(self, x)

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        return self.in_eight_bits(x, weight, self.weight(bias)) if is_large(weight) else super().linear(x, weight, bias)

    def product(self, x: str, weight: Tensor) -> str:
        return self.in_eight_bits(x, weight) if is_large(weight) else super().product(x, weight)

    def in_eight_bits(self, x: str, weight: Tensor, *bias: str) -> str:
        span = self.ranges[id(weight)]
        quantised, scale, zero = self.quantised(x, span, weight.shape[1])
        scales = column_scales(weight, span.factors)
        numbers = self.constant(whole_numbers(weight, scales, span.factors), np.int8)
        self.int8[numbers] = (weight.detach().t().numpy().astype(np.float16), scales, span.factors)
        inputs = [quantised, numbers, scale, self.constant(scales), zero, self.constant(np.zeros(len(scales)), np.int8), *bias]
        return self.op("MatMulIntegerToFloat", *inputs, domain="com.microsoft")

    def quantised(self, x: str, span: Range, width: int) -> tuple[str, str, str]:
        if x not in self.taken:
            number = len(self.taken)
            scale, zero = self.constant(span.scale), self.constant(span.zero, np.uint8)
            drawn = x if span.factors is None else self.op("Mul", x, self.weight(span.factors))
            self.taken[x], self.spans[x] = (self.op("QuantizeLinear", drawn, scale, zero), scale, zero), span
            if self.places not in self.samples:
                self.samples[self.places] = Samples(self, EVERY // (2 if self.samples else 1))
            self.samples[self.places].take(f"{number:02d}", drawn, span, width)
        # Another's scale and zero go with what is shared, so a range of its own would be lost without a word.
        assert span.same_as(self.spans[x]), f"{x} was quantised with another range than a map that shares it asks for"
        return self.taken[x]

    def close(self) -> None:
        """Gives the output `counters` (B, names): those of saturation first, each kind by the number of its map.

        Samples are written last map first: the engine runs what is written later sooner, so that it takes each sample when its
        map is at hand. In the other order it would keep the inputs of all maps to the end.
        """
        found = list(zip(*reversed([samples.counters(self) for samples in reversed(self.samples.values())])))
        self.nodes.append(helper.make_node("Concat", [*found[0], *found[1]], ["counters"], axis=1))
        self.watched["counters"] = 2
        numbers = [name for samples in self.samples.values() for name in samples.names]
        self.counters = [f"{kind}_{name}" for kind in ("sat", "loss") for name in numbers]


class Samples:
    """What is lost at some places of a resolution, one number a map: the share of values beyond its range, and the mean error
    over the mean value. What was taken of all maps is looked at together, which is one pass in place of many."""

    def __init__(self, g: Quantiser, every: int) -> None:
        # From the third token on, in the second pair: the first, [CLS], is much the same in all texts, and would be all of a short one.
        ends = [g.ints(every // 8), g.ints(np.iinfo(np.int64).max)]
        self.rows = g.unsqueeze(g.op("Slice", g.places.some_rows, *ends, g.ints(1), g.ints(every)), 0)  # (1, B, places)
        self.mask = g.op("Slice", g.places.mask_row, *ends, g.ints(2), g.ints(every))  # (B, 1, places)
        self.numbers = g.places.counted(g, g.slice(g.op("Shape", self.rows), 2, 3, 0))
        self.at: dict[int, str] = {}  # parts of a row -> which parts of all rows are looked at, (1, B, places)
        self.names: list[str] = []
        self.inputs: list[tuple[str, int]] = []  # of each map, and how many parts of COLUMNS its rows have
        self.spans: list[Range] = []

    def take(self, name: str, x: str, span: Range, width: int) -> None:
        self.inputs.append((x, width // COLUMNS))
        self.names.append(name)
        self.spans.append(span)

    def taken(self, g: Quantiser, x: str, parts: int) -> str:
        """(1, B, places, COLUMNS) of one map's input."""
        if parts not in self.at:
            part = g.op("Mod", self.numbers, g.ints(parts))
            self.at[parts] = g.op("Add", g.op("Mul", self.rows, g.ints(parts)), part)
        return g.op("Gather", g.op("Reshape", x, g.ints(-1, COLUMNS)), self.at[parts], axis=0)

    def counters(self, g: Quantiser) -> tuple[str, str]:
        """Shares beyond the range and losses, (B, names) each. Values and errors are counted in steps of their map's scale."""
        steps, zeros = np.array([span.scale for span in self.spans]), g.constant([span.zero for span in self.spans], np.uint8)
        some = [self.taken(g, *each) for each in reversed(self.inputs)]
        some = g.op("Concat", *reversed(some), axis=0)  # (names, B, places, COLUMNS)
        numbers = g.op("QuantizeLinear", some, g.constant(steps), zeros, axis=0)  # as for the map itself
        again = g.op("DequantizeLinear", numbers, g.constant(np.ones_like(steps)), zeros, axis=0)
        some = g.op("Mul", some, g.constant((1 / steps).reshape(-1, 1, 1, 1)))
        error = g.op("Abs", g.op("Sub", some, again))
        beyond = g.op("HardSigmoid", error, alpha=1000.0, beta=-1000 * BEYOND)  # 0 within the range, 1 beyond
        sums = [g.op(kind, of, g.ints(3), keepdims=0) for kind, of in (("ReduceSum", beyond), ("ReduceSum", error), ("ReduceL1", some))]
        each = g.op("Transpose", g.op("Concat", *sums, axis=0), perm=[1, 2, 0])  # (B, places, 3 * names)
        total = g.op("Squeeze", g.op("MatMul", self.mask, each), g.ints(1))  # (B, 3 * names)
        beyond, error, size = g.op("Split", total, outputs=3, axis=1, num_outputs=3)
        values = g.op("Mul", g.op("ReduceSum", self.mask, g.ints(2), keepdims=0), g.constant(float(COLUMNS)))  # (B, 1)
        return g.op("Div", beyond, values), g.op("Div", error, g.op("Add", size, g.constant(1e-9)))


def build_int8(model: TextEncoder, ranges: dict[str, Range]) -> tuple[onnx.ModelProto, Quantiser]:
    quantiser = Quantiser(model, ranges)
    return build_graph(model, builder=quantiser), quantiser
