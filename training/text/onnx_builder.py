"""A few lines over onnx.helper: nodes with generated names, shared constants, weights stored as fp16."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

AT_ONCE = 1024  # more rows go a chunk at a time
CHUNK = 384  # most rows of a chunk
HALF_FROM = 64  # smaller constants stay fp32: they cost nothing and keep their value


class GraphBuilder:
    """Collects nodes of one graph. A branch or loop body is a child: it shares names and constants with its parent."""

    def __init__(self, parent: GraphBuilder | None = None) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.root: GraphBuilder = parent.root if parent else self
        self.holder: GraphBuilder = self.root  # which graph the weights belong to
        if parent is None:
            self.watched: dict[str, int] = {}  # further outputs of the graph, with their ranks
            self.places = None  # the present layer's Context
            self.domains: list[onnx.OperatorSetIdProto] = []  # of operators that are not ONNX's own
            self.initializers: list[onnx.TensorProto] = []
            self.constants: dict[tuple, str] = {}
            self.counter = 0

    def name(self, prefix: str) -> str:
        self.root.counter += 1
        return f"{prefix}_{self.root.counter}"

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes) -> str | list[str]:
        """Adds a node; returns its output's name, or a list when `outputs` is above 1."""
        names = [self.name(kind) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, dtype=np.float32) -> str:
        array = np.asarray(value, dtype)
        key = (array.tobytes(), array.shape, array.dtype.str)
        root = self.root
        if key not in root.constants:
            root.constants[key] = self.name("constant")
            root.initializers.append(numpy_helper.from_array(array, root.constants[key]))
        return root.constants[key]

    def ints(self, *values: int) -> str:
        return self.constant(values, np.int64)

    def weight(self, tensor: Tensor) -> str:
        """A trained tensor as float32; matrices are stored as fp16 and cast when the graph is loaded."""
        array = np.ascontiguousarray(tensor.detach().float().numpy())
        if array.ndim != 2 or array.size < HALF_FROM:
            return self.constant(array)
        return self.holder.op("Cast", self.constant(array, np.float16), to=TensorProto.FLOAT)

    def slice(self, x: str, start: int, end: int, axis: int) -> str:
        return self.op("Slice", x, self.ints(start), self.ints(end), self.ints(axis))

    def unsqueeze(self, x: str, *axes: int) -> str:
        return self.op("Unsqueeze", x, self.ints(*axes))

    def linear(self, x: str, weight: Tensor, bias: Tensor) -> str:
        """x (rows, in) with PyTorch's weight (out, in)."""
        return self.op("Gemm", x, self.weight(weight.t()), self.weight(bias))

    def product(self, x: str, weight: Tensor) -> str:
        """As `linear` without a bias."""
        return self.op("MatMul", x, self.weight(weight.t()))

    def layer_norm(self, x: str, norm) -> str:
        scale, bias = self.weight(norm.weight), self.weight(norm.bias)
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=float(norm.eps))

    def silu(self, x: str) -> str:
        return self.op("Mul", x, self.op("Sigmoid", x))

    def gelu(self, x: str) -> str:
        """Written in the one form that the engine fuses into a single pass."""
        erf = self.op("Erf", self.op("Div", x, self.constant(2**0.5)))
        return self.op("Mul", self.op("Mul", x, self.op("Add", erf, self.constant(1.0))), self.constant(0.5))

    def by_chunk(self, rows: str, x: str, width: int, work: Callable[[GraphBuilder, str], str]) -> str:
        """`work` on x (N, width) with N the value of `rows`: on all at once where they are few, else through a Scan, a chunk at a
        time, so that what is inside stays near the processor. The choice costs as much as ten nodes: for the layers of tokens alone."""
        few = self.op("LessOrEqual", rows, self.ints(AT_ONCE))
        whole, parts = GraphBuilder(self), GraphBuilder(self)
        y = work(whole, x)
        count = parts.slice(parts.op("Shape", x), 0, 1, 0)
        chunks = parts.op("Add", parts.op("Div", count, parts.ints(CHUNK)), parts.ints(1))
        more = parts.op("Mod", parts.op("Neg", count), chunks)  # rows, so that chunks are of one size
        padded = parts.op("Pad", x, parts.op("Concat", parts.ints(0, 0), more, parts.ints(0), axis=0), parts.constant(0.0))
        step = GraphBuilder(parts)
        step.holder = parts  # a matrix that two branches share would be laid out anew in every run
        some = step.name("rows")
        body = step.body("chunk", [helper.make_tensor_value_info(some, TensorProto.FLOAT, None)], [work(step, some)])
        cut = parts.op("Reshape", padded, parts.op("Concat", chunks, parts.ints(-1, width), axis=0))
        z = parts.op("Reshape", parts.op("Scan", cut, body=body, num_scan_inputs=1), parts.ints(-1, width))
        z = parts.op("Slice", z, parts.ints(0), count, parts.ints(0))
        return self.op("If", few, then_branch=whole.body("whole", [], [y]), else_branch=parts.body("chunks", [], [z]))

    def close(self) -> None:
        """Called when the graph is written, before its outputs are named."""

    def body(self, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[str]) -> onnx.GraphProto:
        """This child as the subgraph of If or Scan; outputs are float32 of any shape."""
        infos = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs]
        return helper.make_graph(self.nodes, name, inputs, infos)
