"""The encoder as an ONNX graph whose bits do not depend on batch, neighbours, padding or threads.

A text of T tokens is C blocks of Q = T / C tokens (or of pairs of tokens, above the merge). Inside a block a mixer is a
(Q x Q) matrix; with more than one block each hands its state on to the others, and attention goes through the queries
block by block in a Scan, over a window and landmarks (graph_attention.py). With one block those parts are skipped.

Kept on purpose: every sum over tokens is a MatMul with a mask or a triangle, so padding adds exact zeros in a fixed
order; heads act on tokens before the mean, because a matrix product with a single row takes another code path.
"""

import numpy as np
import onnx
import torch
from graph_attention import attention
from graph_context import CHANNELS, END, ONES_WIDTH, Context, qkv_parts
from model import HEADS, NORMALISER_FLOOR, TOKEN_LAYERS, VOCABULARY, WIDTH, Attention, PairMerge, SsmMixer, TextEncoder
from onnx import TensorProto, helper, numpy_helper
from onnx_builder import GraphBuilder


def convolve(g: GraphBuilder, ctx: Context, u: str, taps: torch.Tensor) -> str:
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


def carried(g: GraphBuilder, ctx: Context, q: str, k: str, v: str, steps: Steps, forwards: bool) -> str:
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


def ssm(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> str:
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


def merge(g: GraphBuilder, ctx: Context, x: str, part: PairMerge) -> str:
    """x (B, T, D) -> (B, T / 2, D)."""
    pairs = g.op("Reshape", g.op("Mul", x, ctx.mask3), g.ints(0, -1, 2 * WIDTH))
    return g.layer_norm(g.op("MatMul", pairs, g.weight(part.join.weight.t())), part.norm)


class Pooling:
    """What the heads share: counts of real tokens and pairs, as names of graph values."""

    def __init__(self, g: GraphBuilder, tokens: Context, pairs: Context) -> None:
        self.tokens, self.pairs = tokens, pairs
        self.count, self.pair_count = self.real(g, tokens), self.real(g, pairs)
        # Each pair's share goes to its real tokens in equal parts.
        two = g.op("Reshape", tokens.mask, g.ints(0, -1, 2))
        inside = g.slice(g.op("MatMul", two, g.op("Expand", g.constant(1.0), g.ints(2, ONES_WIDTH))), 0, 1, 2)
        self.inside = g.op("Max", inside, g.constant(1.0))  # (B, P, 1)

    @staticmethod
    def real(g: GraphBuilder, ctx: Context) -> str:
        ones = g.op("Expand", g.constant(1.0), g.op("Concat", ctx.batch, ctx.tokens, g.ints(1), axis=0))
        return g.op("MatMul", ctx.mask_row, ones)  # (B, 1, 1)


def word_shares(g: GraphBuilder, pool: Pooling, model: TextEncoder) -> str:
    """What a word alone adds to the crisis head, at that head's columns and zero at the others: (B, T, n)."""
    table = model.crisis_words.weight.detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(table, "crisis_words"))
    found = g.op("Cast", g.op("Gather", "crisis_words", "input_ids"), to=TensorProto.FLOAT)
    found = g.op("Mul", g.op("Mul", found, pool.tokens.mask3), g.op("Sqrt", pool.count))
    sizes, names = [head.mean.out_features for head in model.heads.values()], list(model.heads)
    before = sum(sizes[: names.index("crisis")])
    pads = g.ints(0, 0, before, 0, 0, sum(sizes) - before - model.heads["crisis"].mean.out_features)
    return g.op("Pad", found, pads, g.constant(0.0))


def add_heads(g: GraphBuilder, pool: Pooling, x: str, lower: str, model: TextEncoder) -> None:
    """Outputs NAME_tokens (B, T, n), zero at padding, and NAME (B, n): their mean over real tokens plus the bias.

    The logits of all heads stand side by side in one matrix and are cut apart at the end.
    """
    heads = list(model.heads.values())
    mean, token, focus, focused, bias = (
        g.weight(torch.cat(parts)) if len(parts[0].shape) == 1 else g.weight(torch.cat(parts).t())
        for parts in (
            [h.mean.weight for h in heads], [h.token.weight for h in heads], [h.focus.weight for h in heads],
            [h.focused.weight for h in heads], [h.mean.bias for h in heads],
        )
    )  # fmt: skip
    tokens, pairs = pool.tokens, pool.pairs
    by_word = g.op("Mul", g.op("MatMul", lower, token), tokens.mask3)
    level = g.op("Add", g.op("MatMul", x, focus), g.op("Mul", g.op("Sub", pairs.mask3, g.constant(1.0)), g.constant(1e4)))
    weight = g.op("Mul", g.op("Exp", g.op("Sub", level, g.op("ReduceMax", level, g.ints(1), keepdims=1))), pairs.mask3)
    weight = g.op("Div", weight, g.op("MatMul", pairs.mask_row, weight))
    mix = g.weight(torch.block_diag(*(head.mix for head in heads)).t())
    attended = g.op("MatMul", g.op("Mul", weight, g.op("MatMul", x, focused)), mix)
    by_pair = g.op("Add", g.op("Div", g.op("Mul", g.op("MatMul", x, mean), pairs.mask3), pool.pair_count), attended)
    for_one = g.unsqueeze(g.op("Div", g.op("Mul", by_pair, pool.count), pool.inside), 2)
    shape = g.op("Concat", tokens.batch, pairs.tokens, g.ints(2, sum(h.mean.out_features for h in heads)), axis=0)
    for_one = g.op("Reshape", g.op("Expand", for_one, shape), g.op("Concat", tokens.batch, tokens.tokens, g.ints(-1), axis=0))
    shares = g.op("Add", by_word, g.op("Mul", for_one, tokens.mask3))
    shares = g.op("Add", shares, word_shares(g, pool, model))
    logits = g.op("Div", g.op("MatMul", tokens.mask_row, shares), pool.count)
    logits = g.op("Add", g.op("Squeeze", logits, g.ints(1)), bias)
    start = 0
    for name, head in model.heads.items():
        bounds = [g.ints(start), g.ints(start + head.mean.out_features)]
        g.nodes.append(helper.make_node("Slice", [shares, *bounds, g.ints(2)], [f"{name}_tokens"]))
        g.nodes.append(helper.make_node("Slice", [logits, *bounds, g.ints(1)], [name]))
        start += head.mean.out_features


def add_means(g: GraphBuilder, pool: Pooling, x: str, lower: str) -> list[str]:
    """Outputs pairs_mean and tokens_mean, (B, D) each: what a linear head on top of the finished encoder sees."""
    names = ["pairs_mean", "tokens_mean"]
    for name, ctx, states, count in zip(names, (pool.pairs, pool.tokens), (x, lower), (pool.pair_count, pool.count)):
        mean = g.op("Div", g.op("MatMul", ctx.mask_row, states), count)
        g.nodes.append(helper.make_node("Squeeze", [mean, g.ints(1)], [name]))
    return names


def build_graph(model: TextEncoder, means: bool = False, builder: GraphBuilder | None = None) -> onnx.ModelProto:
    """The whole encoder: input_ids, attention_mask int64 (B, T), block int64 (1), both even and T a multiple of block.

    With `means` it gives the pooled states beside the heads, for training more heads. Another `builder` may write its
    linear maps in another way and name outputs of its own.
    """
    g = builder or GraphBuilder()
    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    tokens = Context(g, mask, "block")
    pair_mask = g.op("Slice", mask, g.ints(0), g.ints(END), g.ints(1), g.ints(2))
    pairs = Context(g, pair_mask, g.op("Div", "block", g.ints(2)))
    words = (model.words.weight + model.segment).detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(words, "words"))
    x = g.op("Cast", g.op("Gather", "words", "input_ids"), to=TensorProto.FLOAT)
    x, ctx, lower = g.layer_norm(x, model.words_norm), tokens, ""
    for number, layer in enumerate(model.layers):
        if number == TOKEN_LAYERS:
            x, ctx, lower = merge(g, tokens, x, model.merge), pairs, x
        g.mask_row = ctx.mask_row
        mix = attention if isinstance(layer.mixer, Attention) else ssm
        x = g.layer_norm(g.op("Add", x, mix(g, ctx, x, layer.mixer)), layer.mixer_norm)
        inner = g.gelu(g.linear(x, layer.expand.weight, layer.expand.bias))
        x = g.layer_norm(g.op("Add", x, g.linear(inner, layer.contract.weight, layer.contract.bias)), layer.norm)
    pool = Pooling(g, tokens, pairs)
    add_heads(g, pool, x, lower, model)
    pooled = add_means(g, pool, x, lower) if means else []
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    inputs.append(value("block", TensorProto.INT64, [1]))
    outputs = [value(name, TensorProto.FLOAT, ["batch", WIDTH]) for name in pooled]
    for name, head in model.heads.items():
        outputs.append(value(name, TensorProto.FLOAT, ["batch", head.mean.out_features]))
        outputs.append(value(f"{name}_tokens", TensorProto.FLOAT, ["batch", "tokens", head.mean.out_features]))
    outputs += [value(name, TensorProto.FLOAT, [None] * rank) for name, rank in g.watched.items()]
    assert model.words.num_embeddings == VOCABULARY
    graph = helper.make_graph(g.nodes, "afferent_text", inputs, outputs, g.initializers)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), *g.domains], ir_version=9, producer_name="afferent")
    onnx.checker.check_model(built)
    return built
