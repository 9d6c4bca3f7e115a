"""The encoder as an ONNX graph whose bits do not depend on batch, neighbours, padding or threads.

Maps of single places run over real places only, packed under one another (graph_context.py); mixers run over texts padded to
one length. A long text is cut into blocks there, which hand on what they carry (graph_ssm.py, graph_attention.py).

Kept on purpose: every sum over tokens but of whole numbers is a MatMul with a mask or a triangle, so padding adds exact
zeros in a fixed order; heads act on tokens before the mean, because a product with one row takes another code path.
"""

import numpy as np
import onnx
import torch
from graph_attention import attention
from graph_context import END, Context
from graph_ssm import ssm
from heads import INNER_HEADS
from model import TOKEN_LAYERS, VOCABULARY, WIDTH, Attention, PairMerge, TextEncoder
from onnx import TensorProto, helper, numpy_helper
from onnx_builder import GraphBuilder


def merge(g: GraphBuilder, tokens: Context, pairs: Context, x: str, part: PairMerge) -> str:
    """Packed tokens (N + 1, D) -> packed pairs (M + 1, D)."""
    rows = g.op("Gather", g.op("Reshape", tokens.rows, g.ints(-1, 2)), pairs.places, axis=0)  # (M + 1, 2)
    two = g.op("Mul", g.op("Gather", x, rows, axis=0), g.op("Gather", tokens.real, rows, axis=0))
    return g.layer_norm(g.op("MatMul", g.op("Reshape", two, g.ints(-1, 2 * WIDTH)), g.weight(part.join.weight.t())), part.norm)


class Pooling:
    """What the heads share: counts of real tokens and pairs, as names of graph values. Sums of ones are exact in any order."""

    def __init__(self, g: GraphBuilder, tokens: Context, pairs: Context) -> None:
        self.tokens, self.pairs = tokens, pairs
        self.count, self.pair_count = (g.op("ReduceSum", ctx.mask3, g.ints(1)) for ctx in (tokens, pairs))  # (B, 1, 1)
        # Each pair's share goes to its real tokens in equal parts.
        inside = g.op("ReduceSum", g.op("Reshape", tokens.mask, g.ints(0, -1, 2)), g.ints(2))
        self.inside = g.op("Max", inside, g.constant(1.0))  # (B, P, 1)


def columns(model: TextEncoder) -> dict[str, tuple[int, int]]:
    """First and last column but one of each head where all stand side by side."""
    sizes = [head.mean.out_features for head in model.heads.values()]
    ends = np.cumsum(sizes).tolist()
    return {name: (end - size, end) for name, size, end in zip(model.heads, sizes, ends)}


def word_shares(g: GraphBuilder, pool: Pooling, model: TextEncoder, name: str) -> str:
    """What a word alone adds to a head, at that head's columns and zero at the others: (B, T, n)."""
    table = model.word_tables[name].weight.detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(table, f"{name}_words"))
    found = g.op("Cast", g.op("Gather", f"{name}_words", "input_ids"), to=TensorProto.FLOAT)
    found = g.op("Mul", g.op("Mul", found, pool.tokens.mask3), g.op("Sqrt", pool.count))
    at = columns(model)
    last = max(end for _, end in at.values())
    return g.op("Pad", found, g.ints(0, 0, at[name][0], 0, 0, last - at[name][1]), g.constant(0.0))


def add_heads(g: GraphBuilder, pool: Pooling, x: str, lower: str, model: TextEncoder) -> None:
    """Outputs NAME_tokens (B, T, n), zero at padding, and NAME (B, n): their mean over real tokens plus the bias.

    The logits of all heads stand side by side in one matrix and are cut apart at the end.
    """
    heads = list(model.heads.values())
    of_pairs = torch.cat([part(head).weight for part in (lambda h: h.focus, lambda h: h.focused, lambda h: h.mean) for head in heads])
    of_tokens, bias = torch.cat([head.token.weight for head in heads]), torch.cat([head.mean.bias for head in heads])
    tokens, pairs = pool.tokens, pool.pairs
    by_word = g.op("Mul", tokens.unpack(g, g.op("MatMul", lower, g.weight(of_tokens.t()))), tokens.mask3)
    of_pairs = pairs.unpack(g, g.op("MatMul", x, g.weight(of_pairs.t())))
    focus, focused, mean = g.op("Split", of_pairs, outputs=3, axis=2, num_outputs=3)
    level = g.op("Add", focus, g.op("Mul", g.op("Sub", pairs.mask3, g.constant(1.0)), g.constant(1e4)))
    weight = g.op("Exp", g.op("Sub", level, g.op("ReduceMax", level, g.ints(1), keepdims=1)))
    weight = g.op("Div", weight, g.op("MatMul", pairs.mask_row, weight))
    mix = g.weight(torch.block_diag(*(head.mix for head in heads)).t())
    attended = g.op("MatMul", g.op("Mul", weight, focused), mix)
    by_pair = g.op("Add", g.op("Div", g.op("Mul", mean, pairs.mask3), pool.pair_count), attended)
    for_one = g.unsqueeze(g.op("Div", g.op("Mul", by_pair, pool.count), pool.inside), 2)
    shape = g.op("Concat", tokens.batch, pairs.tokens, g.ints(2, sum(h.mean.out_features for h in heads)), axis=0)
    for_one = g.op("Reshape", g.op("Expand", for_one, shape), g.op("Concat", tokens.batch, tokens.tokens, g.ints(-1), axis=0))
    shares = g.op("Add", by_word, g.op("Mul", for_one, tokens.mask3))
    for name in model.word_tables:
        shares = g.op("Add", shares, word_shares(g, pool, model, name))
    logits = g.op("Div", g.op("MatMul", tokens.mask_row, shares), pool.count)
    logits = g.op("Add", g.op("Squeeze", logits, g.ints(1)), g.weight(bias))
    cut_heads(g, model, shares, logits)


def cut_heads(g: GraphBuilder, model: TextEncoder, shares: str, logits: str) -> None:
    """Each head's columns of shares (B, T, n) and logits (B, n); the quiet part goes to the crisis head by the gate."""
    parts = {}
    for name, (start, end) in columns(model).items():
        parts[name] = [g.op("Slice", x, g.ints(start), g.ints(end), g.ints(axis)) for x, axis in ((shares, 2), (logits, 1))]
    gate = g.op("Sigmoid", parts["register"][1])  # (B, 1)
    for side, weight in enumerate((g.unsqueeze(gate, 1), gate)):
        parts["crisis"][side] = g.op("Add", parts["crisis"][side], g.op("Mul", parts["quiet"][side], weight))
    for name in outer_heads(model):
        for part, output in zip(parts[name], (f"{name}_tokens", name)):
            g.nodes.append(helper.make_node("Identity", [part], [output]))


def outer_heads(model: TextEncoder) -> list[str]:
    return [name for name in model.heads if name not in INNER_HEADS]


def add_means(g: GraphBuilder, pool: Pooling, x: str, lower: str) -> list[str]:
    """Outputs pairs_mean and tokens_mean, (B, D) each: what a linear head on top of the finished encoder sees."""
    names = ["pairs_mean", "tokens_mean"]
    for name, ctx, states, count in zip(names, (pool.pairs, pool.tokens), (x, lower), (pool.pair_count, pool.count)):
        mean = g.op("Div", g.op("MatMul", ctx.mask_row, ctx.unpack(g, states)), count)
        g.nodes.append(helper.make_node("Squeeze", [mean, g.ints(1)], [name]))
    return names


def build_graph(model: TextEncoder, means: bool = False, builder: GraphBuilder | None = None) -> onnx.ModelProto:
    """The whole encoder: input_ids, attention_mask int64 (B, T), block int64 (1), both even and T a multiple of block.

    With `means` it gives the pooled states beside the heads, for training more heads. Another `builder` may write its
    linear maps in another way and name outputs of its own.
    """
    g = builder or GraphBuilder()
    tokens = Context(g, "attention_mask", "block")
    of_pairs = g.op("Slice", "attention_mask", g.ints(0), g.ints(END), g.ints(1), g.ints(2))
    pairs = Context(g, of_pairs, g.op("Div", "block", g.ints(2)), tokens.many)
    words = (model.words.weight + model.segment).detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(words, "words"))
    ids = g.op("Gather", g.op("Reshape", "input_ids", g.ints(-1)), tokens.places)
    x = g.op("Cast", g.op("Gather", "words", ids), to=TensorProto.FLOAT)
    x, ctx, lower = g.layer_norm(x, model.words_norm), tokens, ""
    for number, layer in enumerate(model.layers):
        if number == TOKEN_LAYERS:
            x, ctx, lower = merge(g, tokens, pairs, x, model.merge), pairs, x
        g.places = ctx
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
    for name in outer_heads(model):
        size = model.heads[name].mean.out_features
        outputs.append(value(name, TensorProto.FLOAT, ["batch", size]))
        outputs.append(value(f"{name}_tokens", TensorProto.FLOAT, ["batch", "tokens", size]))
    outputs += [value(name, TensorProto.FLOAT, [None] * rank) for name, rank in g.watched.items()]
    assert model.words.num_embeddings == VOCABULARY
    graph = helper.make_graph(g.nodes, "afferent_text", inputs, outputs, g.initializers)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), *g.domains], ir_version=9, producer_name="afferent")
    onnx.checker.check_model(built)
    return built
