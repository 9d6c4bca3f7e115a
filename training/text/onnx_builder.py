"""A few lines over onnx.helper: nodes with generated names, shared constants, weights stored as fp16."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

HALF_FROM = 64  # smaller constants stay fp32: they cost nothing and keep their value


class GraphBuilder:
    """Collects nodes of one graph. A branch or loop body is a child: it shares names and constants with its parent."""

    def __init__(self, parent: GraphBuilder | None = None) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.root: GraphBuilder = parent.root if parent else self
        if parent is None:
            self.together = True  # whether the parts of an SSM mixer are convolved as one, see graph_ssm.py
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
        return self.root.op("Cast", self.constant(array, np.float16), to=TensorProto.FLOAT)

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

    def close(self) -> None:
        """Called when the graph is written, before its outputs are named."""

    def body(self, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[str]) -> onnx.GraphProto:
        """This child as the subgraph of If or Scan; outputs are float32 of any shape."""
        infos = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None) for output in outputs]
        return helper.make_graph(self.nodes, name, inputs, infos)
