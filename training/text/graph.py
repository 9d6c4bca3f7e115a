"""The encoder as an ONNX graph whose bits do not depend on batch, neighbours, padding or threads.

A text of T tokens is C blocks of Q = T / C tokens. Inside a block a mixer is a (Q x Q) matrix; with more than one
block each hands its state on to the others, and attention goes through the queries block by block in a Scan, so
that memory grows linearly with T. With one block (short texts) those parts are skipped.

Kept on purpose: every sum over tokens is a MatMul with a mask or a triangle, so padding adds exact zeros in a fixed
order; heads act on tokens before the mean, because a matrix product with a single row takes another code path.
"""

import numpy as np
import onnx
import torch
from model import HEADS, NORMALISER_FLOOR, VOCABULARY, WIDTH, Attention, SsmMixer, TextEncoder
from onnx import TensorProto, helper, numpy_helper
from onnx_builder import GraphBuilder

CHANNELS = WIDTH // HEADS
ONES_WIDTH = 8  # columns are multiplied eight wide: a single one takes a code path whose order depends on the length
END = np.iinfo(np.int64).max


class TokenContext:
    """What all layers share: masks, triangles and sizes, as names of graph values."""

    def __init__(self, g: GraphBuilder) -> None:
        self.mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)  # (B, T)
        self.mask3 = g.unsqueeze(self.mask, 2)
        self.mask_row = g.unsqueeze(self.mask, 1)  # (B, 1, T)
        self.mask4 = g.unsqueeze(self.mask, 1, 2)
        self.shut = g.op("Mul", g.op("Sub", self.mask4, g.constant(1.0)), g.constant(1e4))
        shape = g.op("Shape", "input_ids")
        self.batch, self.tokens = g.slice(shape, 0, 1, 0), g.slice(shape, 1, 2, 0)
        self.block = "block"
        self.blocks = g.op("Div", self.tokens, self.block)
        self.many = g.op("Squeeze", g.op("Greater", self.blocks, g.ints(1)), g.ints(0))
        self.ones_tokens = self.ones(g, self.tokens)
        self.ones_block = self.ones(g, self.block)
        row, column = self.indices(g, self.block)
        self.lower = self.as_float(g, "GreaterOrEqual", row, column)
        self.upper = self.as_float(g, "Less", row, column)
        self.prefix = self.as_float(g, "LessOrEqual", row, column)
        self.fold_heads = g.op("Concat", g.ints(-1), self.block, g.ints(HEADS, CHANNELS), axis=0)
        self.fold_gates = g.op("Concat", g.ints(-1), self.block, g.ints(2 * HEADS), axis=0)
        self.unfold = g.op("Concat", self.batch, self.tokens, g.ints(WIDTH), axis=0)

    @staticmethod
    def ones(g: GraphBuilder, size: str) -> str:
        return g.op("Expand", g.constant(1.0), g.op("Concat", size, g.ints(ONES_WIDTH), axis=0))

    @staticmethod
    def indices(g: GraphBuilder, size: str) -> tuple[str, str]:
        counted = g.op("Range", g.constant(0, np.int64), g.op("Squeeze", size, g.ints(0)), g.constant(1, np.int64))
        return g.unsqueeze(counted, 1), g.unsqueeze(counted, 0)

    @staticmethod
    def as_float(g: GraphBuilder, relation: str, row: str, column: str) -> str:
        return g.op("Cast", g.op(relation, row, column), to=TensorProto.FLOAT)


def qkv_parts(g: GraphBuilder, u: str) -> list[str]:
    return [g.slice(u, i * WIDTH, (i + 1) * WIDTH, 2) for i in range(3)]


def attend(g: GraphBuilder, ctx: TokenContext, q: str, k_transposed: str, v: str) -> str:
    """Softmax attention of queries (B, H, Q, P) over all tokens -> (B, H, Q, P)."""
    scores = g.op("Mul", g.op("MatMul", q, k_transposed), g.constant(CHANNELS**-0.5))
    scores = g.op("Add", scores, ctx.shut)
    largest = g.op("ReduceMax", scores, g.ints(-1), keepdims=1)
    weights = g.op("Mul", g.op("Exp", g.op("Sub", scores, largest)), ctx.mask4)
    total = g.slice(g.op("MatMul", weights, ctx.ones_tokens), 0, 1, 3)
    return g.op("Div", g.op("MatMul", weights, v), total)


def attention(g: GraphBuilder, ctx: TokenContext, x: str, mixer: Attention) -> str:
    """x (B, T, D) -> (B, T, D)."""
    by_head = g.ints(0, 0, HEADS, CHANNELS)
    q, k, v = (g.op("Reshape", part, by_head) for part in qkv_parts(g, g.linear(x, mixer.qkv.weight, mixer.qkv.bias)))
    k_transposed, v = g.op("Transpose", k, perm=[0, 2, 3, 1]), g.op("Transpose", v, perm=[0, 2, 1, 3])

    whole = GraphBuilder(g)
    y = attend(whole, ctx, whole.op("Transpose", q, perm=[0, 2, 1, 3]), k_transposed, v)
    y = whole.op("Transpose", y, perm=[0, 2, 1, 3])

    step = GraphBuilder(g)
    query = step.name("query")
    seen = attend(step, ctx, query, k_transposed, v)
    loop = step.body("query_block", [helper.make_tensor_value_info(query, TensorProto.FLOAT, None)], [seen])

    blocked = GraphBuilder(g)
    shape = blocked.op("Concat", ctx.batch, ctx.blocks, ctx.block, g.ints(HEADS, CHANNELS), axis=0)
    queries = blocked.op("Transpose", blocked.op("Reshape", q, shape), perm=[1, 0, 3, 2, 4])  # (C, B, H, Q, P)
    z = blocked.op("Scan", queries, body=loop, num_scan_inputs=1)
    z = blocked.op("Transpose", z, perm=[1, 0, 3, 2, 4])
    z = blocked.op("Reshape", z, blocked.op("Concat", ctx.batch, ctx.tokens, g.ints(HEADS, CHANNELS), axis=0))

    y = g.op("If", ctx.many, then_branch=blocked.body("blocked", [], [z]), else_branch=whole.body("whole", [], [y]))
    return g.linear(g.op("Reshape", y, ctx.unfold), mixer.out.weight, mixer.out.bias)


def convolve(g: GraphBuilder, ctx: TokenContext, u: str, taps: torch.Tensor) -> str:
    """Depthwise convolution over tokens t-1, t, t+1."""
    u = g.op("Mul", u, ctx.mask3)
    padded = g.op("Pad", u, g.ints(0, 1, 0, 0, 1, 0), g.constant(0.0))
    before = g.op("Mul", g.slice(padded, 0, -2, 1), g.weight(taps[0]))
    after = g.op("Mul", g.slice(padded, 2, END, 1), g.weight(taps[2]))
    return g.op("Add", g.op("Add", before, g.op("Mul", u, g.weight(taps[1]))), after)


class Steps:
    """Gates and running sums of one mixer, each (B*C, H, Q), in one direction."""

    def __init__(self, g: GraphBuilder, gates: str, steps: str, sums: str, first: int, exclusive: bool) -> None:
        self.gate = g.slice(gates, first, first + HEADS, 1)
        self.sum = g.slice(sums, first, first + HEADS, 1)
        self.total = self.sum  # last column is the block's whole step
        if exclusive:
            self.sum = g.op("Sub", self.sum, g.slice(steps, first, first + HEADS, 1))

    def weights(self, g: GraphBuilder, triangle: str) -> str:
        distance = g.op("Sub", g.unsqueeze(self.sum, 3), g.unsqueeze(self.sum, 2))
        return g.op("Mul", g.op("Mul", g.decayed(distance), g.unsqueeze(self.gate, 2)), triangle)

    def block_total(self, g: GraphBuilder) -> str:
        return g.slice(self.total, -1, END, 2)  # (B*C, H, 1)


def carried(g: GraphBuilder, ctx: TokenContext, q: str, k: str, v: str, steps: Steps, forwards: bool) -> str:
    """What one direction's earlier (or later) blocks add: (B*C, H, Q, P + 1), the last column for the normaliser."""
    total = steps.block_total(g)
    left = g.op("Sub", total, steps.sum) if forwards else steps.sum
    entering = steps.sum if forwards else g.op("Sub", total, steps.sum)
    weight = g.op("Mul", g.op("Exp", g.op("Neg", left)), steps.gate)
    k_transposed = g.op("Transpose", k, perm=[0, 1, 3, 2])
    state = g.op("MatMul", g.op("Mul", k_transposed, g.unsqueeze(weight, 2)), v)  # (B*C, H, P, P+1)
    flat = g.op("Reshape", state, g.op("Concat", ctx.batch, ctx.blocks, g.ints(HEADS, -1), axis=0))
    flat = g.op("Transpose", flat, perm=[0, 2, 1, 3])  # (B, H, C, P*(P+1))
    by_block = g.op("Reshape", total, g.op("Concat", ctx.batch, ctx.blocks, g.ints(HEADS, 1), axis=0))
    by_block = g.op("Transpose", by_block, perm=[0, 2, 1, 3])  # (B, H, C, 1)
    row, column = ctx.indices(g, ctx.blocks)
    eight = g.op("Expand", by_block, g.ints(1, 1, 1, ONES_WIDTH))
    running = g.slice(g.op("MatMul", ctx.as_float(g, "GreaterOrEqual", row, column), eight), 0, 1, 3)
    before = g.op("Sub", running, by_block)
    turn = {"perm": [0, 1, 3, 2]}
    if forwards:
        distance = g.op("Sub", before, g.op("Transpose", running, **turn))
    else:
        distance = g.op("Sub", g.op("Transpose", before, **turn), running)
    reach = ctx.as_float(g, "Greater" if forwards else "Less", row, column)
    flat = g.op("MatMul", g.op("Mul", g.decayed(distance), reach), flat)
    handed = g.op("Reshape", g.op("Transpose", flat, perm=[0, 2, 1, 3]), g.ints(-1, HEADS, CHANNELS, CHANNELS + 1))
    faded = g.op("Mul", q, g.unsqueeze(g.op("Exp", g.op("Neg", entering)), 3))
    return g.op("MatMul", faded, handed)


def ssm(g: GraphBuilder, ctx: TokenContext, x: str, mixer: SsmMixer) -> str:
    """x (B, T, D) -> (B, T, D)."""
    u = convolve(g, ctx, g.linear(x, mixer.qkv.weight, mixer.qkv.bias), mixer.taps)
    folded = [g.op("Reshape", part, ctx.fold_heads) for part in qkv_parts(g, u)]
    q, k, v = (g.op("Transpose", part, perm=[0, 2, 1, 3]) for part in folded)  # (B*C, H, Q, P)
    gates = g.op("Mul", g.op("Sigmoid", g.linear(x, mixer.gate.weight, mixer.gate.bias)), ctx.mask3)
    steps = g.op("Mul", gates, g.weight(torch.exp(mixer.log_rate.detach()).reshape(-1)))
    gates, steps = (g.op("Transpose", g.op("Reshape", t, ctx.fold_gates), perm=[0, 2, 1]) for t in (gates, steps))
    sums = g.op("MatMul", steps, ctx.prefix)
    past = Steps(g, gates, steps, sums, 0, exclusive=False)
    future = Steps(g, gates, steps, sums, HEADS, exclusive=True)
    decay = g.op("Add", past.weights(g, ctx.lower), future.weights(g, ctx.upper))
    q, k = g.op("Relu", q), g.op("Relu", k)
    scores = g.op("Mul", g.op("MatMul", q, g.op("Transpose", k, perm=[0, 1, 3, 2])), g.constant(CHANNELS**-0.5))
    weights = g.op("Mul", scores, decay)
    inside, norm = g.op("MatMul", weights, v), g.slice(g.op("MatMul", weights, ctx.ones_block), 0, 1, 3)

    alone = GraphBuilder(g)
    y = alone.op("Div", inside, alone.op("Add", norm, g.constant(NORMALISER_FLOOR)))
    linked = GraphBuilder(g)
    unit = linked.op("Add", linked.op("Mul", linked.slice(v, 0, 1, 3), g.constant(0.0)), g.constant(1.0))
    wide = linked.op("Concat", v, unit, axis=3)
    scaled = linked.op("Mul", q, g.constant(CHANNELS**-0.5))
    both = [carried(linked, ctx, scaled, k, wide, past, True), carried(linked, ctx, scaled, k, wide, future, False)]
    added = linked.op("Add", *both)
    numerator = linked.op("Add", inside, linked.slice(added, 0, CHANNELS, 3))
    denominator = linked.op("Add", norm, linked.slice(added, CHANNELS, CHANNELS + 1, 3))
    z = linked.op("Div", numerator, linked.op("Add", denominator, g.constant(NORMALISER_FLOOR)))
    y = g.op("If", ctx.many, then_branch=linked.body("linked", [], [z]), else_branch=alone.body("alone", [], [y]))

    y = g.op("Add", y, g.op("Mul", v, g.weight(mixer.skip.detach().view(1, HEADS, 1, 1))))
    y = g.op("Reshape", g.op("Transpose", y, perm=[0, 2, 1, 3]), ctx.unfold)
    y = g.op("Mul", y, g.silu(g.linear(x, mixer.output_gate.weight, mixer.output_gate.bias)))
    return g.linear(y, mixer.out.weight, mixer.out.bias)


def add_head(g: GraphBuilder, ctx: TokenContext, x: str, name: str, model: TextEncoder, count: str) -> None:
    """Outputs NAME_tokens (B, T, n), zero at padding, and NAME (B, n): their mean over real tokens plus the bias."""
    head = model.heads[name]
    shares = g.op("MatMul", x, g.weight(head.weight.t()))
    if name in model.corrections:
        part = model.corrections[name]
        inner = g.gelu(g.linear(x, part.expand.weight, part.expand.bias))
        shares = g.op("Add", shares, g.op("MatMul", inner, g.weight(part.contract.weight.t())))
    shares = g.op("Mul", shares, ctx.mask3)
    mean = g.op("Squeeze", g.op("Div", g.op("MatMul", ctx.mask_row, shares), count), g.ints(1))
    g.nodes.append(helper.make_node("Identity", [shares], [f"{name}_tokens"]))
    g.nodes.append(helper.make_node("Add", [mean, g.weight(head.bias)], [name]))


def build_graph(model: TextEncoder) -> onnx.ModelProto:
    """The whole encoder: input_ids, attention_mask int64 (B, T), block int64 (1) with T a multiple of it."""
    g = GraphBuilder()
    ctx = TokenContext(g)
    words = (model.words.weight + model.segment).detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(words, "words"))
    x = g.op("Cast", g.op("Gather", "words", "input_ids"), to=TensorProto.FLOAT)
    x = g.layer_norm(x, model.words_norm)
    for layer in model.layers:
        mix = attention if isinstance(layer.mixer, Attention) else ssm
        x = g.layer_norm(g.op("Add", x, mix(g, ctx, x, layer.mixer)), layer.mixer_norm)
        inner = g.gelu(g.linear(x, layer.expand.weight, layer.expand.bias))
        x = g.layer_norm(g.op("Add", x, g.linear(inner, layer.contract.weight, layer.contract.bias)), layer.norm)
    ones = g.op("Expand", g.constant(1.0), g.op("Concat", ctx.batch, ctx.tokens, g.ints(1), axis=0))
    count = g.op("MatMul", ctx.mask_row, ones)  # (B, 1, 1)
    for name in model.heads:
        add_head(g, ctx, x, name, model, count)
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    inputs.append(value("block", TensorProto.INT64, [1]))
    outputs = []
    for name, head in model.heads.items():
        outputs.append(value(name, TensorProto.FLOAT, ["batch", head.out_features]))
        outputs.append(value(f"{name}_tokens", TensorProto.FLOAT, ["batch", "tokens", head.out_features]))
    assert model.words.num_embeddings == VOCABULARY
    graph = helper.make_graph(g.nodes, "afferent_text", inputs, outputs, g.initializers)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="afferent")
    onnx.checker.check_model(built)
    return built
