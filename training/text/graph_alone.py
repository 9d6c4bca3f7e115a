"""The mixers of the exported graph for one short text by itself, in as few nodes as it takes: for so little arithmetic every node
counts. The same arithmetic in the same order as graph_ssm.py and graph_attention.py have for it, so also the same bits; the few
places of padding at its end are run like the others and held at zero where they would be seen. For texts of up to 128 tokens: the
running sums of all heads are one product here, which several threads cut by columns where it is larger (see `prefix` in
graph_context.py), and that changes last bits.
"""

import torch
from graph_attention import SCALE
from graph_context import CHANNELS
from graph_ssm import GATES, signed_rates
from model import HEADS, NORMALISER_FLOOR, SHUT, WIDTH, Attention, SsmMixer
from onnx import TensorProto
from onnx_builder import GraphBuilder


class Alone:
    """What `Context` is to many texts: masks and sizes as names of graph values; rows are all T places."""

    def __init__(self, g: GraphBuilder, integer_mask: str) -> None:
        """integer_mask: int64 (1, T)."""
        self.mask = g.op("Cast", integer_mask, to=TensorProto.FLOAT)
        self.mask3, self.mask_row = g.unsqueeze(self.mask, 2), g.unsqueeze(self.mask, 1)
        self.column = g.op("Reshape", self.mask, g.ints(-1, 1))  # (T, 1)
        self.shape = g.ints(1, -1)
        size = g.slice(g.op("Shape", integer_mask), 1, 2, 0)
        square = g.op("Expand", g.constant(1.0), g.op("Concat", size, size, axis=0))
        self.upto = g.op("Trilu", square, upper=1)
        self.ones = g.op("Expand", g.constant(1.0), g.op("Concat", g.ints(CHANNELS), size, axis=0))  # (P, T)
        self.shut_places = g.op("Mul", g.op("Sub", self.mask, g.constant(1.0)), g.constant(-SHUT))

    def shut(self, _: GraphBuilder) -> str:
        return self.shut_places

    def with_spare(self, g: GraphBuilder, x: str, _: int) -> str:
        """x (T, n), zero at padding."""
        return g.op("Mul", x, self.column)

    def pack(self, _: GraphBuilder, x: str) -> str:
        return x

    def unpack(self, g: GraphBuilder, x: str) -> str:
        """(T, n) -> (1, T, n)."""
        return g.unsqueeze(x, 0)

    def by_pair(self, _: GraphBuilder, x: str, __: object) -> str:
        return x


def ssm_alone(g: GraphBuilder, ctx: Alone, x: str, mixer: SsmMixer) -> str:
    """x (T, D) -> (T, D)."""
    u = ctx.with_spare(g, g.linear(x, mixer.qkv.weight, mixer.qkv.bias), 3 * WIDTH)
    image = g.op("Transpose", g.op("Reshape", u, g.ints(1, 1, -1, 3 * WIDTH)), perm=[0, 3, 1, 2])  # (1, 3D, 1, T)
    taps = mixer.taps.detach().clone()
    taps[:, :WIDTH] *= CHANNELS**-0.5
    found = g.op("Conv", image, g.weight(taps.t().reshape(3 * WIDTH, 1, 1, 3)), group=3 * WIDTH, kernel_shape=[1, 3], pads=[0, 1, 0, 1])
    q, k, v = g.op("Split", g.op("Reshape", found, g.ints(3 * HEADS, CHANNELS, -1)), outputs=3, axis=0, num_outputs=3)
    scores = g.op("MatMul", g.op("Transpose", g.op("Relu", k), perm=[0, 2, 1]), g.op("Relu", q))  # (H, T, T)
    gates = g.op("Sigmoid", g.linear(x, mixer.gate.weight, mixer.gate.bias))
    weights = g.op("Mul", scores, decayed(g, ctx, g.op("Transpose", ctx.with_spare(g, gates, GATES), perm=[1, 0]), mixer))
    total = g.op("Add", g.op("MatMul", ctx.ones, weights), g.constant(NORMALISER_FLOOR))  # (H, P, T), the same in every row
    y = g.op("Div", g.op("MatMul", v, weights), total)
    y = g.op("Add", y, g.op("Mul", v, g.weight(mixer.skip.detach().view(HEADS, 1, 1))))
    y = g.op("Reshape", g.op("Transpose", y, perm=[2, 0, 1]), g.ints(-1, WIDTH))
    y = g.op("Mul", y, g.silu(g.linear(x, mixer.output_gate.weight, mixer.output_gate.bias)))
    return g.linear(y, mixer.out.weight, mixer.out.bias)


def decayed(g: GraphBuilder, ctx: Alone, gates: str, mixer: SsmMixer) -> str:
    """Decay times gate, (H, T, T): rows s, columns t; gates (2H, T)."""
    rate, own = (g.weight(part.reshape(GATES, 1)) for part in signed_rates(mixer))
    sums = g.op("Add", g.op("MatMul", g.op("Mul", gates, rate), ctx.upto), g.op("Mul", gates, own))
    apart = g.op("Sub", g.unsqueeze(sums, 2), g.unsqueeze(sums, 1))  # (2H, T, T)
    decay = g.op("Exp", g.op("Min", *g.op("Split", apart, outputs=2, axis=0, num_outputs=2)))
    past, future = g.op("Split", g.unsqueeze(gates, 2), outputs=2, axis=0, num_outputs=2)
    return g.op("Mul", decay, g.op("Add", g.op("Mul", g.op("Sub", past, future), ctx.upto), future))


def attention_alone(g: GraphBuilder, ctx: Alone, x: str, mixer: Attention) -> str:
    """x (T, D) -> (T, D)."""
    u = g.op("Reshape", g.linear(x, mixer.qkv.weight, mixer.qkv.bias), g.ints(-1, 3 * HEADS, CHANNELS))
    q, k, v = g.op("Split", g.op("Transpose", u, perm=[1, 0, 2]), outputs=3, axis=0, num_outputs=3)  # (H, T, P)
    scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 2, 1])), g.constant(SCALE))
    scores = g.op("Add", scores, ctx.shut(g))
    weights = g.op("Exp", g.op("Sub", scores, g.op("ReduceMax", scores, g.ints(-1), keepdims=1)))
    total = g.op("MatMul", weights, g.op("Transpose", ctx.ones, perm=[1, 0]))
    y = g.op("Transpose", g.op("Div", g.op("MatMul", weights, v), total), perm=[1, 0, 2])
    return g.linear(g.op("Reshape", y, g.ints(-1, WIDTH)), mixer.out.weight, mixer.out.bias)
