"""An ablation's encoder as an ONNX graph: state-space layers and windowed attention by the text encoder's own graph.

Attention over all tokens goes through the queries a block at a time, so that memory grows linearly with the text; its
softmax is the engine's own, the fastest it has. Maps of single places run over real places only, packed under one
another (graph_context.py). Inputs: x (B, T, D), mask (B, T), block (1), T a multiple of it; with more than one block
also of BLOCK_PAIRS.
"""

import graph_context
import onnx
import parts
from encoder import Encoder
from graph_attention import attention, by_block
from graph_context import CHANNELS, Context
from graph_ssm import ssm
from mixers import SmallAttention, rotary_tables
from model import SHUT
from onnx import TensorProto, helper
from onnx_builder import GraphBuilder

LONGEST = 16_384
graph_context.LINKED = parts.model.BLOCK_PAIRS  # the text encoder's own at its block of 64, smaller with a smaller one


def turned(g: GraphBuilder, ctx: Context, x: str) -> str:
    """x (B, T, H, P) turned by its position."""
    tables = (g.constant(t.numpy()[:, None]) for t in rotary_tables(LONGEST, CHANNELS))
    cos, sin = (g.op("Slice", table, g.ints(0), ctx.tokens, g.ints(0)) for table in tables)
    half = CHANNELS // 2
    other = g.op("Concat", g.op("Neg", g.slice(x, half, CHANNELS, 3)), g.slice(x, 0, half, 3), axis=3)
    return g.op("Add", g.op("Mul", x, cos), g.op("Mul", other, sin))


def attend(g: GraphBuilder, q: str, k_transposed: str, v: str, shut: str) -> str:
    """Queries (B, H, Q, P) over keys (B, H, P, T) and values (B, H, T, P) -> (B, H, Q, P)."""
    scores = g.op("Add", g.op("Mul", g.op("MatMul", q, k_transposed), g.constant(CHANNELS**-0.5)), shut)
    return g.op("MatMul", g.op("Softmax", scores, axis=-1), v)


def attend_everywhere(g: GraphBuilder, ctx: Context, x: str, mixer: SmallAttention) -> str:
    """x (N + 1, D) -> (N + 1, D)."""
    heads, width = parts.model.HEADS, parts.model.WIDTH
    u = ctx.unpack(g, g.linear(x, mixer.qkv.weight, mixer.qkv.bias))
    q, k, v = (g.op("Reshape", part, g.ints(0, 0, heads, CHANNELS)) for part in g.op("Split", u, outputs=3, axis=2, num_outputs=3))
    if mixer.rotary:
        q, k = turned(g, ctx, q), turned(g, ctx, k)
    k, v = g.op("Transpose", k, perm=[0, 2, 3, 1]), g.op("Transpose", v, perm=[0, 2, 1, 3])
    shut = g.op("Mul", g.op("Sub", g.unsqueeze(ctx.mask, 1, 2), g.constant(1.0)), g.constant(-SHUT))
    whole, blocked = GraphBuilder(g), GraphBuilder(g)
    y = attend(whole, whole.op("Transpose", q, perm=[0, 2, 1, 3]), k, v, shut)
    y = whole.op("Reshape", whole.op("Transpose", y, perm=[0, 2, 1, 3]), g.ints(-1, width))
    queries = by_block(blocked, ctx, q, heads, CHANNELS)
    queries = blocked.op("Transpose", queries, perm=[1, 0, 3, 2, 4])  # (C, B, H, Q, P)
    step = GraphBuilder(g)
    name = step.name("query")
    seen = attend(step, name, k, v, shut)
    info = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    z = blocked.op("Scan", queries, body=step.body("query_block", [info], [seen]), num_scan_inputs=1)
    z = blocked.op("Reshape", blocked.op("Transpose", z, perm=[1, 0, 3, 2, 4]), g.ints(-1, width))
    y = g.op("If", ctx.many, then_branch=blocked.body("blocked", [], [z]), else_branch=whole.body("whole", [], [y]))
    return g.linear(ctx.pack(g, y), mixer.out.weight, mixer.out.bias)


def mixed(g: GraphBuilder, ctx: Context, x: str, mixer) -> str:
    if not isinstance(mixer, SmallAttention):
        return ssm(g, ctx, x, mixer)
    if mixer.reach == "all tokens":
        return attend_everywhere(g, ctx, x, mixer)
    return attention(g, ctx, x, mixer)


def build_graph(encoder: Encoder) -> onnx.ModelProto:
    """Inputs x float32 (B, T, D), mask float32 (B, T), block int64 (1); output states (B, T, D), without meaning at padding."""
    g, width = GraphBuilder(), parts.model.WIDTH
    ctx = Context(g, g.op("Cast", "mask", to=TensorProto.INT64), "block")
    x = ctx.pack(g, g.op("Reshape", "x", g.ints(-1, width)))
    for layer in encoder.layers:
        x = g.op("Add", x, mixed(g, ctx, g.layer_norm(x, layer.mixer_norm), layer.mixer))
        inner = g.gelu(g.linear(g.layer_norm(x, layer.norm), layer.expand.weight, layer.expand.bias))
        x = g.op("Add", x, g.linear(inner, layer.contract.weight, layer.contract.bias))
    g.nodes.append(helper.make_node("Gather", [g.layer_norm(x, encoder.norm), ctx.rows], ["states"], axis=0))
    value = helper.make_tensor_value_info
    inputs = [value("x", TensorProto.FLOAT, ["batch", "tokens", width]), value("mask", TensorProto.FLOAT, ["batch", "tokens"])]
    inputs.append(value("block", TensorProto.INT64, [1]))
    outputs = [value("states", TensorProto.FLOAT, ["batch", "tokens", width])]
    graph = helper.make_graph(g.nodes, "ablation", inputs, outputs, g.initializers)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="afferent")
    onnx.checker.check_model(built)
    return built
