"""The attention layer of the exported graph: over all pairs of a short text; over a window and landmarks of a long one.

A long text's queries go through a Scan, a block at a time, so that memory grows linearly with the text. Keys of a block
are its own, those of the blocks beside it, and the landmarks of all others; time grows linearly but for the landmarks,
which are LANDMARKS of every BLOCK_PAIRS places.
"""

import numpy as np
from graph_context import CHANNELS, END, Context
from model import HEADS, LANDMARKS, SHUT, WIDTH, Attention
from onnx import TensorProto, helper
from onnx_builder import GraphBuilder

SCALE = CHANNELS**-0.5


def total_of(g: GraphBuilder, weights: str, ones: str) -> str:
    return g.slice(g.op("MatMul", weights, ones), 0, 1, 3)


def heads_of(g: GraphBuilder, ctx: Context, u: str) -> list[str]:
    """q, k and v (B, H, T, P) of packed rows with the three side by side: fetched head by head, which cuts and turns at once."""
    u = g.op("Reshape", u, g.ints(-1, CHANNELS))
    rows = g.op("Mul", g.unsqueeze(ctx.some_rows, 1), g.ints(3 * HEADS))
    places = [g.constant(np.arange(HEADS).reshape(HEADS, 1) + part * HEADS, np.int64) for part in range(3)]
    return [g.op("Gather", u, g.op("Add", rows, place), axis=0) for place in places]


def attend_all(g: GraphBuilder, ctx: Context, u: str) -> str:
    """Softmax attention over all places of a text: q, k and v side by side (N, 3D) -> (B, T, D)."""
    q, k, v = heads_of(g, ctx, u)
    scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), g.constant(SCALE))
    scores = g.op("Add", scores, g.unsqueeze(ctx.shut(g), 1, 2))
    weights = g.op("Exp", g.op("Sub", scores, g.op("ReduceMax", scores, g.ints(-1), keepdims=1)))  # exactly 0 at padding
    y = g.op("Div", g.op("MatMul", weights, v), total_of(g, weights, ctx.ones(g, ctx.tokens)))
    return g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), g.ints(0, 0, WIDTH))


def by_block(g: GraphBuilder, ctx: Context, x: str, *rest: int) -> str:
    """(B, T, …) -> (B, C, Q, …)."""
    return g.op("Reshape", x, g.op("Concat", ctx.batch, ctx.blocks, ctx.block, g.ints(*rest), axis=0))


def window(g: GraphBuilder, x: str) -> str:
    """(B, C, Q, n) -> (B, C, 3Q, n): each block between its neighbours, zeros beyond the ends."""
    padded = g.op("Pad", x, g.ints(0, 1, 0, 0, 0, 1, 0, 0), g.constant(0.0))
    return g.op("Concat", g.slice(padded, 0, -2, 1), x, g.slice(padded, 2, END, 1), axis=2)


class Landmarks:
    """Keys (B, H, P, L), values (B, H, L, P), what is added to logits (B, 1, 1, L), and its factor (B, 1, 1, L)."""

    def __init__(self, g: GraphBuilder, ctx: Context, x: str, k: str, v: str, mixer: Attention) -> None:
        row = mixer.landmark.weight.repeat(8, 1)  # eight equal columns: one alone takes another code path
        score = g.slice(ctx.unpack_some(g, g.linear(x, row, mixer.landmark.bias.repeat(8))), 0, 1, 2)  # (B, T, 1)
        rank = g.op("Add", score, g.op("Mul", g.op("Sub", ctx.mask3, g.constant(1.0)), g.constant(-SHUT)))
        rank = g.op("Squeeze", by_block(g, ctx, rank, 1), g.ints(3))
        _, place = g.op("TopK", rank, g.ints(LANDMARKS), outputs=2, axis=2, largest=1, sorted=1)  # (B, C, m)
        counted = g.unsqueeze(ctx.counted(g, ctx.blocks), 1)  # (C, 1)
        place = g.op("Add", place, g.op("Mul", counted, ctx.block))
        place = g.unsqueeze(g.op("Reshape", place, g.ints(0, -1)), 2)  # (B, L, 1)
        self.count = g.slice(g.op("Shape", place), 1, 2, 0)
        self.ones = ctx.ones(g, self.count)
        k, v = (self.heads(g, g.op("GatherND", part, place, batch_dims=1)) for part in (k, v))
        self.k, self.v = g.op("Transpose", k, perm=[0, 1, 3, 2]), v
        score, real = (g.op("GatherND", part, place, batch_dims=1) for part in (score, ctx.mask3))
        self.added, self.real = (g.unsqueeze(g.op("Squeeze", part, g.ints(2)), 1, 2) for part in (score, real))
        block_of = g.op("Div", g.unsqueeze(ctx.counted(g, self.count), 0), g.ints(LANDMARKS))  # (1, L)
        apart = g.op("Greater", g.op("Abs", g.op("Sub", counted, block_of)), g.ints(1))
        self.far = g.unsqueeze(g.op("Cast", apart, to=TensorProto.FLOAT), 1, 2, 3)  # (C, 1, 1, 1, L)

    @staticmethod
    def heads(g: GraphBuilder, x: str) -> str:
        return g.op("Transpose", g.op("Reshape", x, g.ints(0, 0, HEADS, CHANNELS)), perm=[0, 2, 1, 3])


def attend_block(g: GraphBuilder, marks: Landmarks, ones: str, q: str, k: str, v: str, real: str, far: str) -> str:
    """One block's queries (B, H, Q, P) over its window, k (B, H, 3Q, P), and over landmarks of blocks with `far` 1."""
    near = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), g.constant(SCALE))
    near = g.op("Add", near, g.op("Mul", g.op("Sub", real, g.constant(1.0)), g.constant(-SHUT)))
    seen = g.op("Mul", marks.real, far)
    away = g.op("Add", g.op("Mul", g.op("MatMul", q, marks.k), g.constant(SCALE)), marks.added)
    away = g.op("Add", away, g.op("Mul", g.op("Sub", seen, g.constant(1.0)), g.constant(-SHUT)))
    largest = g.op("Max", *(g.op("ReduceMax", part, g.ints(-1), keepdims=1) for part in (near, away)))
    near = g.op("Mul", g.op("Exp", g.op("Sub", near, largest)), real)
    away = g.op("Mul", g.op("Exp", g.op("Sub", away, largest)), seen)
    total = g.op("Add", total_of(g, near, ones), total_of(g, away, marks.ones))
    return g.op("Div", g.op("Add", g.op("MatMul", near, v), g.op("MatMul", away, marks.v)), total)


def attend_blocks(g: GraphBuilder, ctx: Context, x: str, u: str, mixer: Attention) -> str:
    """As attend_all, block by block; x: packed states, from which landmarks are chosen."""
    q, k, v = g.op("Split", u, outputs=3, axis=2, num_outputs=3)
    marks = Landmarks(g, ctx, x, k, v, mixer)
    split = g.ints(0, 0, 0, HEADS, CHANNELS)
    queries = g.op("Transpose", by_block(g, ctx, q, HEADS, CHANNELS), perm=[1, 0, 3, 2, 4])  # (C, B, H, Q, P)
    keys, values = (g.op("Reshape", window(g, by_block(g, ctx, part, WIDTH)), split) for part in (k, v))
    keys, values = (g.op("Transpose", part, perm=[1, 0, 3, 2, 4]) for part in (keys, values))
    real = g.op("Transpose", window(g, by_block(g, ctx, ctx.mask3, 1)), perm=[1, 0, 3, 2])
    real = g.unsqueeze(real, 2)  # (C, B, 1, 1, 3Q)
    ones = ctx.ones(g, g.op("Mul", ctx.block, g.ints(3)))

    step = GraphBuilder(g)
    inputs = [step.name(name) for name in ("query", "key", "value", "real", "far")]
    seen = attend_block(step, marks, ones, *inputs)
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in inputs]
    y = g.op("Scan", queries, keys, values, real, marks.far, body=step.body("query_block", infos, [seen]), num_scan_inputs=5)
    return g.op("Reshape", g.op("Transpose", y, perm=[1, 0, 3, 2, 4]), g.op("Concat", ctx.batch, ctx.tokens, g.ints(WIDTH), axis=0))


def attention(g: GraphBuilder, ctx: Context, x: str, mixer: Attention) -> str:
    """x (N, D) -> (N, D)."""
    u = g.linear(x, mixer.qkv.weight, mixer.qkv.bias)
    whole, blocked = GraphBuilder(g), GraphBuilder(g)
    y, z = attend_all(whole, ctx, u), attend_blocks(blocked, ctx, x, ctx.unpack_some(blocked, u), mixer)
    y = g.op("If", ctx.many, then_branch=blocked.body("blocked", [], [z]), else_branch=whole.body("whole", [], [y]))
    return g.linear(ctx.pack(g, g.op("Reshape", y, g.ints(-1, WIDTH))), mixer.out.weight, mixer.out.bias)
