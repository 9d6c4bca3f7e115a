"""Nodes and weights of an ONNX graph, collected by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn


class Graph:
    """Every method adds nodes and returns the name of the value they make."""

    def __init__(self) -> None:
        self.nodes, self.weights, self.made = [], [], 0

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        self.made += 1
        out = f"{kind}_{self.made}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def const(self, value, dtype=np.float32) -> str:
        self.made += 1
        out = f"const_{self.made}"
        value = value.detach().numpy() if hasattr(value, "detach") else value
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), out))
        return out

    def ints(self, *values: int) -> str:
        return self.const(values, np.int64)

    def add(self, a: str, b: str) -> str:
        return self.op("Add", a, b)

    def sub(self, a: str, b: str) -> str:
        return self.op("Sub", a, b)

    def mul(self, a: str, b: str) -> str:
        return self.op("Mul", a, b)

    def div(self, a: str, b: str) -> str:
        return self.op("Div", a, b)

    def product(self, a: str, b: str) -> str:
        return self.op("MatMul", a, b)

    def join(self, axis: int, *parts: str) -> str:
        return self.op("Concat", *parts, axis=axis)

    def turn(self, x: str, *order: int) -> str:
        return self.op("Transpose", x, perm=order)

    def reshape(self, x: str, *shape: int) -> str:
        """0 keeps the batch"""
        return self.op("Reshape", x, self.ints(*shape))

    def part(self, x: str, begin: int, end: int, axis: int) -> str:
        return self.op("Slice", x, self.ints(begin), self.ints(end), self.ints(axis))

    def take(self, x: str, places, axis: int) -> str:
        return self.op("Gather", x, self.const(places, np.int64), axis=axis)

    def clip(self, x: str, low: float, high: float) -> str:
        return self.op("Clip", x, self.const(low), self.const(high))

    def linear(self, x: str, layer: nn.Linear) -> str:
        return self.add(self.product(x, self.const(layer.weight.T)), self.const(layer.bias))

    def norm(self, x: str, layer: nn.LayerNorm) -> str:
        weights = self.const(layer.weight), self.const(layer.bias)
        return self.op("LayerNormalization", x, *weights, axis=-1, epsilon=layer.eps)

    def silu(self, x: str) -> str:
        return self.mul(x, self.op("Sigmoid", x))

    def named(self, x: str, name: str) -> None:
        """Make a value an output of the graph."""
        self.nodes.append(helper.make_node("Identity", [x], [name]))

    def model(self, inputs: dict[str, tuple], outputs: dict[str, tuple]) -> onnx.ModelProto:
        """Checked; shapes are without the batch axis, which comes first."""
        value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        sides = [[value(*pair) for pair in side.items()] for side in (inputs, outputs)]
        graph = helper.make_graph(self.nodes, "wearable", *sides, self.weights)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(made, full_check=True)
        return made
