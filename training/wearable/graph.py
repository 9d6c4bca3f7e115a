"""The model as an ONNX graph, written by hand so that a row has the same bits in any batch.

Rules: no convolution and no sum over tokens other than a matrix product with ones; no matrix product
whose number of rows may be one (the heads act on tokens before the mean); no logarithm.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from model import ATTENTION_AT, HEADS, QUARTERS, SCALE, TOKENS, WIDTH, WearableHybrid

INPUTS = {"bvp": (3840, 1), "acc": (1920, 3), "eda": (240, 1), "temp": (240, 1), "present": (240, 4)}
ONES = np.ones((TOKENS, 8), np.float32)  # eight columns, one is kept: a single column takes another path


class Graph:
    """Collects nodes and weights; every method returns the name of the value it made."""

    def __init__(self) -> None:
        self.nodes, self.weights, self.made = [], [], 0

    def name(self, kind: str) -> str:
        self.made += 1
        return f"{kind}_{self.made}"

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        out = self.name(kind)
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def const(self, value, dtype=np.float32) -> str:
        out = self.name("const")
        value = value.detach().numpy() if hasattr(value, "detach") else value
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), out))
        return out

    def ints(self, *values: int) -> str:
        return self.const(values, np.int64)

    def reshape(self, x: str, *shape: int) -> str:
        """0 keeps the batch"""
        return self.op("Reshape", x, self.ints(*shape))

    def part(self, x: str, begin: int, end: int, axis: int) -> str:
        return self.op("Slice", x, self.ints(begin), self.ints(end), self.ints(axis))

    def linear(self, x: str, layer: nn.Linear) -> str:
        return self.op("Add", self.op("MatMul", x, self.const(layer.weight.T)), self.const(layer.bias))

    def norm(self, x: str, layer: nn.LayerNorm) -> str:
        weights = self.const(layer.weight), self.const(layer.bias)
        return self.op("LayerNormalization", x, *weights, axis=-1, epsilon=layer.eps)

    def silu(self, x: str) -> str:
        return self.op("Mul", x, self.op("Sigmoid", x))

    def later(self, x: str, by: int, length: int) -> str:
        """(B, length, C) moved `by` rows later, zeros before"""
        return self.part(self.op("Pad", x, self.ints(0, by, 0, 0, 0, 0)), 0, length, 1)

    def frames(self, x: str, length: int, size: int, channels: int, back: int) -> str:
        """model.frames: (B, length, channels) → (B, length/size, (back+1)·size·channels)"""
        count = length // size
        own = self.reshape(x, 0, count, size * channels)
        return self.op("Concat", *[self.later(own, k, count) for k in range(back, 0, -1)], own, axis=2)

    def heads(self, x: str) -> str:
        return self.op("Transpose", self.reshape(x, 0, TOKENS, HEADS, WIDTH // HEADS), perm=[0, 2, 1, 3])

    def join(self, x: str) -> str:
        return self.reshape(self.op("Transpose", x, perm=[0, 2, 1, 3]), 0, TOKENS, WIDTH)

    def over_own_sum(self, kernel: str, v: str, little: float) -> str:
        """(kernel @ v) / (sum of each row + little)"""
        total = self.part(self.op("MatMul", kernel, self.const(ONES)), 0, 1, 3)
        return self.op("Div", self.op("MatMul", kernel, v), self.op("Add", total, self.const(little)))

    def scores(self, q: str, k: str) -> str:
        product = self.op("MatMul", q, self.op("Transpose", k, perm=[0, 1, 3, 2]))
        return self.op("Mul", product, self.const((WIDTH // HEADS) ** -0.5))

    def qkv(self, x: str) -> list[str]:
        return [self.heads(self.part(x, i * WIDTH, (i + 1) * WIDTH, 2)) for i in range(3)]


def stem(g: Graph, m, present: str, second: str) -> str:
    s = SCALE[m.signal]
    x = g.op("Clip", m.signal, g.const(s["low"]), g.const(s["high"]))
    if m.signal == "eda":
        x = g.op("Sqrt", x)
    x = g.op("Div", g.op("Sub", x, g.const(s["centre"])), g.const(s["spread"]))
    channels = int(np.prod(INPUTS[m.signal])) // QUARTERS
    x = g.op("Mul", g.reshape(x, 0, QUARTERS, channels), present)
    if m.quarter is not None:
        x = g.op("Mul", g.silu(g.linear(g.frames(x, QUARTERS, 1, channels, 2), m.quarter)), present)
        channels = m.quarter.out_features
    x = g.silu(g.linear(g.frames(x, QUARTERS, 4, channels, m.back), m.second))
    return g.op("Mul", g.linear(x, m.mix), second)


def state_space(g: Graph, m, x: str, keep: str) -> str:
    u = g.op("Mul", g.linear(x, m.qkv), keep)
    taps = [g.op("Mul", g.later(u, 2 - k, TOKENS) if k < 2 else u, g.const(m.taps[k])) for k in range(3)]
    q, k, v = g.qkv(g.op("Add", g.op("Add", taps[0], taps[1]), taps[2]))
    step = g.op("Transpose", g.op("Mul", g.op("Sigmoid", g.linear(x, m.step)), keep), perm=[0, 2, 1])
    pace = g.op("Mul", step, g.const(m.rate.exp()[:, None]))
    until = g.op("MatMul", pace, g.const(np.triu(np.ones((TOKENS, TOKENS)))))
    apart = g.op("Sub", g.op("Unsqueeze", until, g.ints(3)), g.op("Unsqueeze", until, g.ints(2)))
    decay = g.op("Mul", g.op("Exp", g.op("Neg", g.op("Abs", apart))), g.const(np.tril(np.ones((TOKENS, TOKENS)))))
    kernel = g.op("Mul", g.scores(g.op("Relu", q), g.op("Relu", k)), decay)
    kernel = g.op("Mul", kernel, g.op("Unsqueeze", step, g.ints(2)))
    y = g.op("Add", g.over_own_sum(kernel, v, 0.01), g.op("Mul", v, g.const(m.skip)))
    return g.linear(g.op("Mul", g.join(y), g.silu(g.linear(x, m.gate))), m.out)


def attention(g: Graph, m, x: str, keep: str) -> str:
    q, k, v = g.qkv(g.linear(x, m.qkv))
    scores = g.scores(q, k)
    weights = g.op("Exp", g.op("Sub", scores, g.op("ReduceMax", scores, g.ints(3), keepdims=1)))
    keys = g.op("Unsqueeze", g.op("Transpose", keep, perm=[0, 2, 1]), g.ints(1))
    return g.linear(g.join(g.over_own_sum(g.op("Mul", weights, keys), v, 1e-6)), m.out)


def build(model: WearableHybrid) -> onnx.ModelProto:
    """The graph of a model in evaluation mode; inputs and outputs as in the model folder's manifest."""
    g = Graph()
    mean = np.kron(np.full((4, 1), 0.25), np.eye(4))  # quarters of a second → their mean, each signal
    seconds = g.op("MatMul", g.reshape("present", 0, TOKENS, 16), g.const(mean))
    x = g.linear(seconds, model.known)
    for column, m in enumerate(model.stems.values()):
        gates = [g.part(p, column, column + 1, 2) for p in ("present", seconds)]
        x = g.op("Add", x, stem(g, m, *gates))
    x = g.norm(x, model.norm_in)
    keep = g.op("ReduceMax", seconds, g.ints(2), keepdims=1)
    for index, block in enumerate(model.blocks):
        mixer = attention if index == ATTENTION_AT else state_space
        x = g.op("Add", x, mixer(g, block.mixer, g.norm(x, block.norm1), keep))
        x = g.op("Add", x, g.linear(g.silu(g.linear(g.norm(x, block.norm2), block.up)), block.down))
    tokens = g.op("Mul", g.linear(g.norm(x, model.norm_out), model.head), keep)
    rows = g.op("Transpose", g.op("Concat", tokens, keep, axis=2), perm=[0, 2, 1])
    sums = g.reshape(g.part(g.op("MatMul", rows, g.const(ONES)), 0, 1, 2), 0, 6)
    total = g.op("Add", g.part(sums, 5, 6, 1), g.const(1e-6))
    logits = g.op("Div", g.part(sums, 0, 5, 1), total)
    for name, begin, end in (("stress", 0, 1), ("state", 1, 5)):
        bounds = g.ints(begin), g.ints(end), g.ints(1)
        g.nodes.append(helper.make_node("Slice", [logits, *bounds], [name]))
    value = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
    inputs = [value(name, *shape) for name, shape in INPUTS.items()]
    graph = helper.make_graph(g.nodes, "wearable", inputs, [value("stress", 1), value("state", 4)], g.weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made
