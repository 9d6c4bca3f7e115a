"""The encoder as an ONNX graph whose bits do not depend on batch, neighbours, padding or threads.

Maps of single places run over real places only, packed under one another (graph_context.py); mixers run over texts padded to
one length. A long text is cut into blocks there, which hand on what they carry (graph_ssm.py, graph_attention.py).

Kept on purpose: every sum over tokens but of whole numbers is a MatMul with a mask or a triangle, so padding adds exact
zeros in a fixed order; heads act on tokens before the mean, because a product with one row takes another code path.
"""

from functools import partial

import numpy as np
import onnx
import torch
from graph_alone import Alone, attention_alone, ssm_alone
from graph_attention import attention
from graph_context import END, Context
from graph_ssm import ssm
from heads import GIVEN_UP, INNER_HEADS
from model import TOKEN_LAYERS, VOCABULARY, WIDTH, Attention, Layer, PairMerge, TextEncoder
from onnx import TensorProto, helper, numpy_helper
from onnx_builder import GraphBuilder


def merge(g: GraphBuilder, tokens: Context | Alone, pairs: Context | Alone, x: str, part: PairMerge) -> str:
    """Packed tokens (N + 1, D), the spare row 0 -> packed pairs (M, D)."""
    two = g.op("Reshape", pairs.by_pair(g, x, tokens), g.ints(-1, 2 * WIDTH))
    return g.layer_norm(g.product(two, part.join.weight), part.norm)


def feed_forward(g: GraphBuilder, x: str, layer: Layer) -> str:
    inner = g.gelu(g.linear(x, layer.expand.weight, layer.expand.bias))
    return g.layer_norm(g.op("Add", x, g.linear(inner, layer.contract.weight, layer.contract.bias)), layer.norm)


class Pooling:
    """What the heads share: counts of real tokens and pairs, as names of graph values. Sums of ones are exact in any order."""

    def __init__(self, g: GraphBuilder, tokens: Context | Alone, pairs: Context | Alone) -> None:
        self.tokens, self.pairs = tokens, pairs
        self.count, self.pair_count = (g.op("ReduceSum", ctx.mask3, g.ints(1)) for ctx in (tokens, pairs))  # (B, 1, 1)
        # Each pair's share goes to its real tokens in equal parts: (B, P, 2, 1), times the number of tokens.
        by_pair = g.op("Reshape", tokens.mask, g.ints(0, -1, 2, 1))
        inside = g.op("Max", g.op("ReduceSum", by_pair, g.ints(2)), g.constant(1.0))
        self.part = g.op("Mul", g.op("Div", by_pair, inside), g.unsqueeze(self.count, 3))


def ordered(model: TextEncoder) -> list[str]:
    """Names of heads as their columns stand: those with words next to one another, those within the graph last."""
    return sorted(model.heads, key=lambda name: (name in INNER_HEADS, name in model.word_tables, name != "crisis"))


def word_shares(g: GraphBuilder, pool: Pooling, model: TextEncoder) -> str:
    """What words alone add to heads, at those heads' columns and zero at the others: (B, T, n)."""
    names, sizes = ordered(model), [model.heads[name].mean.out_features for name in ordered(model)]
    with_words = [k for k, name in enumerate(names) if name in model.word_tables]
    table = torch.cat([model.word_tables[names[k]].weight.detach() for k in with_words], dim=1)
    g.initializers.append(numpy_helper.from_array(table.numpy().astype(np.float16), "words_of_heads"))
    found = g.op("Cast", g.op("Gather", "words_of_heads", "input_ids"), to=TensorProto.FLOAT)
    found = g.op("Mul", found, g.op("Mul", pool.tokens.mask3, g.op("Sqrt", pool.count)))
    before, after = sum(sizes[: with_words[0]]), sum(sizes[with_words[-1] + 1 :])
    return g.op("Pad", found, g.ints(0, 0, before, 0, 0, after), g.constant(0.0))


def add_heads(g: GraphBuilder, pool: Pooling, x: str, lower: str, model: TextEncoder) -> None:
    """Outputs NAME_tokens (B, T, n), zero at padding, and NAME (B, n): their mean over real tokens plus the bias.

    x and lower have a spare row. The logits of all heads stand side by side in one matrix and are cut apart at the end.
    """
    heads = [model.heads[name] for name in ordered(model)]
    of_pairs = torch.cat([part(head).weight for part in (lambda h: h.focus, lambda h: h.focused, lambda h: h.mean) for head in heads])
    of_tokens, bias = torch.cat([head.token.weight for head in heads]), torch.cat([head.mean.bias for head in heads])
    tokens, pairs = pool.tokens, pool.pairs
    by_word = tokens.unpack(g, g.product(lower, of_tokens))
    of_pairs = pairs.unpack(g, g.product(x, of_pairs))
    focus, focused, mean = g.op("Split", of_pairs, outputs=3, axis=2, num_outputs=3)
    level = g.op("Add", focus, g.unsqueeze(pairs.shut(g), 2))
    weight = g.op("Exp", g.op("Sub", level, g.op("ReduceMax", level, g.ints(1), keepdims=1)))
    weight = g.op("Div", weight, g.op("MatMul", pairs.mask_row, weight))
    mix = g.weight(torch.block_diag(*(head.mix for head in heads)).t())
    attended = g.op("MatMul", g.op("Mul", weight, focused), mix)
    by_pair = g.op("Add", g.op("Div", mean, pool.pair_count), attended)
    for_each = g.op("Mul", g.unsqueeze(by_pair, 2), pool.part)  # (B, P, 2, n)
    for_each = g.op("Reshape", for_each, g.op("Concat", tokens.shape, g.ints(len(bias)), axis=0))
    shares = g.op("Add", g.op("Add", by_word, for_each), word_shares(g, pool, model))
    logits = g.op("Div", g.op("MatMul", tokens.mask_row, shares), pool.count)
    logits = g.op("Add", g.op("Squeeze", logits, g.ints(1)), g.weight(bias))
    cut_heads(g, model, shares, logits)


def cut_heads(g: GraphBuilder, model: TextEncoder, shares: str, logits: str) -> None:
    """Each head's columns of shares (B, T, n) and logits (B, n); the quiet part comes to the crisis head by the gate."""
    sizes = g.ints(*(model.heads[name].mean.out_features for name in ordered(model)))
    parts = {}
    for x, axis, ending in ((shares, 2, "_tokens"), (logits, 1, "")):
        parts[ending] = {name: g.name("part") if name in ("crisis", *INNER_HEADS) else f"{name}{ending}" for name in ordered(model)}
        g.nodes.append(helper.make_node("Split", [x, sizes], [*parts[ending].values()], axis=axis))
    gate = g.op("Sigmoid", parts[""]["register"])  # (B, 1)
    for ending, weight in (("_tokens", g.unsqueeze(gate, 1)), ("", gate)):
        fitted = parts[ending]["crisis"]
        change = g.op("Mul", g.op("Sub", parts[ending]["quiet"], g.op("Mul", fitted, g.constant(GIVEN_UP))), weight)
        g.nodes.append(helper.make_node("Add", [fitted, change], [f"crisis{ending}"]))


def outer_heads(model: TextEncoder) -> list[str]:
    return [name for name in model.heads if name not in INNER_HEADS]


def add_means(g: GraphBuilder, pool: Pooling, x: str, lower: str) -> list[str]:
    """Outputs pairs_mean and tokens_mean, (B, D) each: what a linear head on top of the finished encoder sees."""
    names = ["pairs_mean", "tokens_mean"]
    for name, ctx, states, count in zip(names, (pool.pairs, pool.tokens), (x, lower), (pool.pair_count, pool.count)):
        mean = g.op("Div", g.op("MatMul", ctx.mask_row, ctx.unpack(g, states)), count)
        g.nodes.append(helper.make_node("Squeeze", [mean, g.ints(1)], [name]))
    return names


def build_graph(model: TextEncoder, means: bool = False, builder: GraphBuilder | None = None, alone: bool = False) -> onnx.ModelProto:
    """The whole encoder: input_ids, attention_mask int64 (B, T), block int64 (1), both even and T a multiple of block.

    With `means` it gives the pooled states beside the heads, for training more heads. Another `builder` may write its
    linear maps in another way and name outputs of its own. One for a text `alone` takes a single short row
    and no input `block`: the same bits, sooner.
    """
    g = builder or GraphBuilder()
    of_pairs = g.op("Slice", "attention_mask", g.ints(0), g.ints(END), g.ints(1), g.ints(2))
    if alone:
        tokens, pairs, attend, remember = Alone(g, "attention_mask"), Alone(g, of_pairs), attention_alone, ssm_alone
    else:
        tokens = Context(g, "attention_mask", "block")
        pairs, attend, remember = Context(g, of_pairs, g.op("Div", "block", g.ints(2)), tokens.many), attention, ssm
    words = (model.words.weight + model.segment).detach().numpy().astype(np.float16)
    g.initializers.append(numpy_helper.from_array(words, "words"))
    ids = tokens.pack(g, g.op("Reshape", "input_ids", g.ints(-1)))
    x = g.op("Cast", g.op("Gather", "words", ids), to=TensorProto.FLOAT)
    x, ctx, lower = g.layer_norm(x, model.words_norm), tokens, ""
    for number, layer in enumerate(model.layers):
        if number == TOKEN_LAYERS:
            lower, g.places, ctx = tokens.with_spare(g, x, WIDTH), pairs, pairs
            x = merge(g, tokens, pairs, lower, model.merge)
        g.places = ctx
        mix = attend if isinstance(layer.mixer, Attention) else remember
        x = g.layer_norm(g.op("Add", x, mix(g, ctx, x, layer.mixer)), layer.mixer_norm)
        work = partial(feed_forward, layer=layer)
        x = g.by_chunk(tokens.spare, x, WIDTH, work) if ctx is tokens and not alone else work(g, x)
    x = pairs.with_spare(g, x, WIDTH)
    pool = Pooling(g, tokens, pairs)
    add_heads(g, pool, x, lower, model)
    pooled = add_means(g, pool, x, lower) if means else []
    g.close()
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    inputs += [] if alone else [value("block", TensorProto.INT64, [1])]
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
