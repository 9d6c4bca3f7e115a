"""The SSM mixer of the exported graph, both directions at once.

Inside a block of Q places the mixer is a (Q x Q) matrix a head, rows s read by columns t; with more than one block each
hands its state on to the others. Arrays of a head stand with places last, (B*C, H, P, Q), as the convolution leaves them.
Sums of steps are signed, the past's rising and the future's falling, so that both directions decay by exp(sum_s - sum_t):
the smaller of the two is the true one on either side of the diagonal.
"""

import numpy as np
import torch
from graph_context import CHANNELS, END, ONES_WIDTH, Context
from model import HEADS, NORMALISER_FLOOR, WIDTH, SsmMixer
from onnx import TensorProto, helper
from onnx_builder import GraphBuilder

DIRECTIONS = 2
GATES = DIRECTIONS * HEADS
WIDE = CHANNELS + 1  # channels of a value, and a one that sums the weights


def convolved(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> list[str]:
    """x (N, D) -> q, k, v (B*C, H, P, Q) after the convolution over t-1, t, t+1, q and k without what is below 0.

    Each of the three is fetched from the packed rows with the places beside its block, so that no block needs cutting. As one
    convolution they would leave the processor's caches where texts are long.
    """
    u = ctx.with_spare(g, g.linear(x, mixer.qkv.weight, mixer.qkv.bias), 3 * WIDTH)
    u = g.op("Reshape", u, g.ints(-1, WIDTH))
    taps = mixer.taps.detach().t().reshape(3, WIDTH, 1, 1, 3)
    parts = []
    for near, part, scale in zip(ctx.near, taps, (CHANNELS**-0.5, 1, 1)):  # queries carry the scale of a score
        image = g.op("Transpose", g.op("Gather", u, near, axis=0), perm=[0, 3, 1, 2])  # (B*C, D, 1, Q + 2)
        parts.append(g.op("Conv", image, g.weight(part * scale), group=WIDTH, kernel_shape=[1, 3]))
    parts[:2] = [g.op("Relu", part) for part in parts[:2]]
    return [g.op("Reshape", part, ctx.by_head) for part in parts]


def gated(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> str:
    """x (N, D) -> gates (N + 1, 2H), the past's before the future's, the spare row 0."""
    return ctx.with_spare(g, g.op("Sigmoid", g.linear(x, mixer.gate.weight, mixer.gate.bias)), GATES)


def signed_rates(mixer: SsmMixer) -> list[torch.Tensor]:
    """Of each step, and of what a place's own step adds to the future's sum, which is exclusive: (2, H) each."""
    rate = torch.exp(mixer.log_rate.detach())
    return [rate * torch.tensor([[1.0], [-1.0]]), rate * torch.tensor([[0.0], [1.0]])]


class Steps:
    """Gates and signed running sums of one mixer, (B*C, H, 2, Q) each: of the past inclusive, of the future exclusive."""

    def __init__(self, g: GraphBuilder, ctx: Context, gates: str, mixer: SsmMixer) -> None:
        rate, own = (g.weight(part.t()[..., None]) for part in signed_rates(mixer))  # (H, 2, 1)
        by_place = g.op("Reshape", g.op("Gather", gates, ctx.of_block, axis=0), g.ints(0, 0, DIRECTIONS, HEADS))
        self.gates = g.op("Transpose", by_place, perm=[0, 3, 2, 1])
        self.inclusive = g.op("MatMul", g.op("Mul", self.gates, rate), ctx.prefix)
        self.sums = g.op("Add", self.inclusive, g.op("Mul", self.gates, own))


def decayed(g: GraphBuilder, ctx: Context, sums: str, gates: str) -> str:
    """Decay times gate, (B*C, H, Q, Q): rows s, columns t."""
    rows = g.op("Split", sums, outputs=2, axis=2, num_outputs=2)
    decay = g.op("Exp", g.op("Min", *(g.op("Sub", g.op("Reshape", row, g.ints(0, 0, -1, 1)), row) for row in rows)))
    past, future = g.op("Split", g.op("Reshape", gates, g.ints(0, 0, -1, 1)), outputs=2, axis=2, num_outputs=2)
    gate = g.op("Add", g.op("Mul", g.op("Sub", past, future), ctx.upto), future)
    return g.op("Mul", decay, gate)


def decayed_side_by_side(g: GraphBuilder, ctx: Context, gates: str, mixer: SsmMixer) -> str:
    """As `decayed`, the same bits, for many short texts: heads of all texts stand innermost until the end, since passes over
    rows as short as such a text cost more than the arithmetic in them."""
    rate, own = (g.weight(part[:, None]) for part in signed_rates(mixer))  # (2, 1, H)
    gates = g.op("Gather", g.op("Reshape", gates, g.ints(-1, HEADS)), ctx.by_place(g), axis=0)  # (Q, 2, B, H)
    flat = g.ints(0, -1)
    inclusive = g.op("MatMul", g.op("Transpose", ctx.upto, perm=[1, 0]), g.op("Reshape", g.op("Mul", gates, rate), flat))
    sums = g.op("Add", inclusive, g.op("Reshape", g.op("Mul", gates, own), flat))  # (Q, 2BH)
    sums = g.op("Split", sums, outputs=2, axis=1, num_outputs=2)  # (Q, BH) each
    nearer = g.op("Min", *(g.op("Sub", g.unsqueeze(part, 1), part) for part in sums))
    past, future = g.op("Split", g.op("Reshape", gates, g.ints(0, DIRECTIONS, -1)), outputs=2, axis=1, num_outputs=2)
    gate = g.op("Add", g.op("Mul", g.op("Sub", past, future), g.unsqueeze(ctx.upto, 2)), future)
    found = g.op("Transpose", g.op("Mul", g.op("Exp", nearer), gate), perm=[2, 0, 1])
    return g.op("Reshape", found, g.op("Concat", g.ints(-1, HEADS), ctx.size, ctx.size, axis=0))


def sign(g: GraphBuilder, past: float, future: float) -> str:
    return g.constant([[past], [future]])


def handed_on(g: GraphBuilder, ctx: Context, states: str, totals: str) -> str:
    """States that blocks leave, (B*C, H, P + 1, 2P), and their signed totals (B*C, H, 2, 1) -> states that enter each block."""
    by_block = g.op("Reshape", totals, g.op("Concat", ctx.batch, g.ints(-1, HEADS, DIRECTIONS), axis=0))
    by_block = g.op("Transpose", by_block, perm=[0, 2, 3, 1])  # (B, H, 2, C)
    blocks = g.slice(g.op("Shape", by_block), 3, 4, 0)
    square = g.op("Expand", g.constant(1.0), g.op("Concat", blocks, blocks, axis=0))
    later = g.op("Trilu", square, g.constant(1, np.int64), upper=1)
    running = g.op("MatMul", by_block, g.op("Trilu", square, upper=1))
    source = g.op("Sub", running, g.op("Mul", by_block, sign(g, 0, 1)))
    target = g.op("Sub", running, g.op("Mul", by_block, sign(g, 1, 0)))
    distance = g.op("Min", g.op("Sub", g.unsqueeze(source, 3), g.unsqueeze(target, 4)), g.constant(0.0))
    earlier = g.op("Transpose", later, perm=[1, 0])
    reach = g.op("Concat", g.unsqueeze(earlier, 0), g.unsqueeze(later, 0), axis=0)  # (2, C, C): rows read columns
    reach = g.op("Mul", g.op("Exp", distance), reach)
    split = g.op("Concat", ctx.batch, g.ints(-1, HEADS, WIDE, DIRECTIONS, CHANNELS), axis=0)
    flat = g.op("Transpose", g.op("Reshape", states, split), perm=[0, 2, 4, 1, 3, 5])  # (B, H, 2, C, P + 1, P)
    flat = g.op("MatMul", reach, g.op("Reshape", flat, g.ints(0, 0, 0, 0, WIDE * CHANNELS)))
    flat = g.op("Reshape", flat, g.ints(0, 0, 0, 0, WIDE, CHANNELS))
    return g.op("Reshape", g.op("Transpose", flat, perm=[0, 3, 1, 4, 2, 5]), g.ints(-1, HEADS, WIDE, DIRECTIONS * CHANNELS))


def carried(g: GraphBuilder, ctx: Context, q: str, k: str, v: str, steps: Steps) -> list[str]:
    """What earlier and later blocks add to sums (B*C, H, P, Q) and to the normaliser (B*C, H, 1, Q)."""
    wide = g.op("Pad", v, g.ints(0, 0, 0, 0, 0, 0, 1, 0), g.constant(1.0))
    totals = g.slice(steps.inclusive, -1, END, 3)  # (B*C, H, 2, 1)
    left = g.op("Sub", steps.sums, g.op("Mul", totals, sign(g, 1, 0)))
    entering = g.op("Sub", g.op("Mul", totals, sign(g, 0, 1)), steps.sums)
    stack = g.op("Concat", g.ints(0, HEADS, DIRECTIONS * CHANNELS), ctx.size, axis=0)

    def faded(x: str, weight: str) -> str:
        return g.op("Reshape", g.op("Mul", g.unsqueeze(x, 2), g.unsqueeze(weight, 3)), stack)  # (B*C, H, 2P, Q)

    keys = faded(k, g.op("Mul", g.op("Exp", left), steps.gates))
    states = g.op("MatMul", wide, g.op("Transpose", keys, perm=[0, 1, 3, 2]))  # (B*C, H, P + 1, 2P)
    sums = g.op("MatMul", handed_on(g, ctx, states, totals), faded(q, g.op("Exp", entering)))
    return g.op("Split", sums, g.ints(CHANNELS, 1), outputs=2, axis=2)


def divided(g: GraphBuilder, sums: str, total: str) -> str:
    """sums (B*C, H, P, Q) by their normaliser (B*C, H, ONES_WIDTH, Q), as many rows of them at a time as that has, which the
    result leaves side by side: (B*C, H, P / ONES_WIDTH, ONES_WIDTH * Q)."""
    total = g.op("Reshape", g.op("Add", total, g.constant(NORMALISER_FLOOR)), g.ints(0, 0, 1, -1))
    return g.op("Div", g.op("Reshape", sums, g.ints(0, 0, CHANNELS // ONES_WIDTH, -1)), total)


def within(g: GraphBuilder, ctx: Context, q: str, k: str, v: str, decay: str) -> list[str]:
    """Sums (B*C, H, P, Q) over a block's own places, and their normaliser, the same in every row (B*C, H, ONES_WIDTH, Q)."""
    scores = g.op("MatMul", g.op("Transpose", k, perm=[0, 1, 3, 2]), q)  # (B*C, H, Q, Q)
    weights = g.op("Mul", scores, decay)
    return [g.op("MatMul", v, weights), g.op("MatMul", ctx.block_ones, weights)]


def within_by_part(g: GraphBuilder, ctx: Context, *inputs: str) -> list[str]:
    """As `within` for long texts, as many places at a time as a block of attention, so that (Q x Q) stays near the processor."""
    step = GraphBuilder(g)
    names = [step.name("part") for _ in inputs]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    body = step.body("ssm_blocks", infos, within(step, ctx, *names[:3], decayed(step, ctx, *names[3:])))
    parts = g.op("Div", ctx.block, ctx.size)
    of_heads, of_directions = (g.op("Concat", g.ints(-1), parts, g.ints(HEADS, rows), ctx.size, axis=0) for rows in (CHANNELS, DIRECTIONS))
    shapes = [of_heads] * 3 + [of_directions] * 2
    cut = [g.op("Reshape", x, shape) for x, shape in zip(inputs, shapes)]
    found = g.op("Scan", *cut, outputs=2, body=body, num_scan_inputs=len(cut))
    whole = (g.op("Concat", g.ints(-1, HEADS, rows), ctx.size, axis=0) for rows in (CHANNELS, ONES_WIDTH))
    return [g.op("Reshape", x, shape) for x, shape in zip(found, whole)]


def ssm(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> str:
    """x (N, D) -> (N, D)."""
    q, k, v = convolved(g, ctx, x, mixer)
    gates = gated(g, ctx, x, mixer)
    alone, several = GraphBuilder(g), GraphBuilder(g)
    steps = Steps(alone, ctx, gates, mixer)
    y = divided(alone, *within(alone, ctx, q, k, v, decayed(alone, ctx, steps.sums, steps.gates)))

    linked, short = GraphBuilder(several), GraphBuilder(several)
    steps = Steps(linked, ctx, gates, mixer)
    own, others = within_by_part(linked, ctx, q, k, v, steps.sums, steps.gates), carried(linked, ctx, q, k, v, steps)
    z = divided(linked, *(linked.op("Add", *pair) for pair in zip(own, others)))
    u = divided(short, *within(short, ctx, q, k, v, decayed_side_by_side(short, ctx, gates, mixer)))
    z = several.op("If", ctx.many, then_branch=linked.body("linked", [], [z]), else_branch=short.body("short", [], [u]))
    y = g.op("If", ctx.alone, then_branch=alone.body("alone", [], [y]), else_branch=several.body("several", [], [z]))

    y = g.op("Reshape", y, g.ints(0, 0, CHANNELS, -1))
    y = g.op("Add", y, g.op("Mul", v, g.weight(mixer.skip.detach().view(HEADS, 1, 1))))
    y = g.op("Transpose", g.op("Reshape", y, g.op("Concat", g.ints(-1, WIDTH), ctx.size, axis=0)), perm=[0, 2, 1])
    y = ctx.pack(g, g.op("Reshape", y, g.ints(-1, WIDTH)))
    y = g.op("Mul", y, g.silu(g.linear(x, mixer.output_gate.weight, mixer.output_gate.bias)))
    return g.linear(y, mixer.out.weight, mixer.out.bias)
