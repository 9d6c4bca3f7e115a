"""The SSM mixer of the exported graph, both directions at once.

Inside a block of Q places the mixer is a (Q x Q) matrix a head, rows s read by columns t; with more than one block each
hands its state on to the others. Arrays of a head stand with places last, (B*C, H, P, Q), as the convolution leaves them.
Sums of steps are signed, the past's rising and the future's falling, so that both directions decay by exp(sum_s - sum_t):
the smaller of the two is the true one on either side of the diagonal.
"""

import numpy as np
import torch
from graph_context import CHANNELS, END, Context
from model import HEADS, NORMALISER_FLOOR, WIDTH, SsmMixer
from onnx_builder import GraphBuilder

DIRECTIONS = 2
GATES = DIRECTIONS * HEADS
SPARE = 8  # columns that bring the convolution's channels to a multiple of 16, for which the engine has a faster form
COLUMNS = 3 * WIDTH + GATES + SPARE
WIDE = CHANNELS + 1  # channels of a value, and a one that sums the weights


def by_head(gate: torch.Tensor) -> torch.Tensor:
    """Rows of both directions, (2H, …), to two rows a head."""
    return gate.unflatten(0, (DIRECTIONS, HEADS)).transpose(0, 1).flatten(0, 1)


def joined(mixer: SsmMixer) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weight and bias of q, k, v and of the gates, with spare columns of zeros."""
    spare = torch.zeros(SPARE, WIDTH)
    gate, bias = torch.cat([by_head(mixer.gate.weight), spare]), torch.cat([by_head(mixer.gate.bias), spare[:, 0]])
    return [(mixer.qkv.weight, mixer.qkv.bias), (gate, bias)]


def kernel(mixer: SsmMixer) -> torch.Tensor:
    """Taps of the depthwise convolution, (COLUMNS, 1, 1, 3): gates pass as they are, queries carry the scale of a score."""
    taps = torch.zeros(3, COLUMNS)
    taps[:, : 3 * WIDTH] = mixer.taps.detach()
    taps[:, :WIDTH] *= CHANNELS**-0.5
    taps[1, 3 * WIDTH :] = 1
    return taps.t().reshape(COLUMNS, 1, 1, 3)


def convolved(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> list[str]:
    """x (N + 1, D) -> q, k, v (B*C, H, P, Q) after the convolution over t-1, t, t+1, and gates before their sigmoid (B*C, H, 2, Q)."""
    u = g.op("Mul", g.linears(x, joined(mixer)), ctx.real)
    image = g.op("Transpose", g.unsqueeze(ctx.unpack(g, u), 1), perm=[0, 3, 1, 2])  # (B, COLUMNS, 1, T)
    u = g.op("Conv", image, g.weight(kernel(mixer)), group=COLUMNS, kernel_shape=[1, 3], pads=[0, 1, 0, 1])
    blocks = g.op("Reshape", u, g.op("Concat", g.ints(0, COLUMNS, -1), ctx.size, axis=0))
    blocks = g.op("Transpose", blocks, perm=[0, 2, 1, 3])  # (B, C, COLUMNS, Q)
    parts = g.op("Split", blocks, g.ints(WIDTH, WIDTH, WIDTH, GATES, SPARE), outputs=5, axis=2)
    shapes = [ctx.by_head] * 3 + [ctx.by_direction]
    return [g.op("Reshape", part, shape) for part, shape in zip(parts, shapes)]


class Steps:
    """Gates and signed running sums of one mixer, (B*C, H, 2, Q) each: of the past inclusive, of the future exclusive."""

    def __init__(self, g: GraphBuilder, ctx: Context, gates: str, mixer: SsmMixer) -> None:
        rate = torch.exp(mixer.log_rate.detach()).t()[..., None]  # (H, 2, 1)
        self.gates = g.op("Mul", g.op("Sigmoid", gates), ctx.one_row)
        steps = g.op("Mul", self.gates, g.weight(rate * torch.tensor([[1.0], [-1.0]])))
        self.inclusive = g.op("MatMul", steps, ctx.prefix)
        own = g.op("Mul", self.gates, g.weight(rate * torch.tensor([[0.0], [1.0]])))
        self.sums = g.op("Add", self.inclusive, own)

    def weights(self, g: GraphBuilder, ctx: Context) -> str:
        """Decay times gate, (B*C, H, Q, Q): rows s, columns t."""
        turned = [g.op("Transpose", x, perm=[0, 1, 3, 2]) for x in (self.sums, self.gates)]
        (past_s, future_s), (past_gate, future_gate) = (g.op("Split", x, outputs=2, axis=3, num_outputs=2) for x in turned)
        past_t, future_t = g.op("Split", self.sums, outputs=2, axis=2, num_outputs=2)
        decay = g.op("Exp", g.op("Min", g.op("Sub", past_s, past_t), g.op("Sub", future_s, future_t)))
        gate = g.op("Add", g.op("Mul", g.op("Sub", past_gate, future_gate), ctx.prefix), future_gate)
        return g.op("Mul", decay, gate)


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


def carried(g: GraphBuilder, ctx: Context, q: str, k: str, wide: str, steps: Steps) -> str:
    """What earlier and later blocks add, (B*C, H, P + 1, Q), the last row for the normaliser."""
    totals = g.slice(steps.inclusive, -1, END, 3)  # (B*C, H, 2, 1)
    left = g.op("Sub", steps.sums, g.op("Mul", totals, sign(g, 1, 0)))
    entering = g.op("Sub", g.op("Mul", totals, sign(g, 0, 1)), steps.sums)
    stack = g.op("Concat", g.ints(0, HEADS, DIRECTIONS * CHANNELS), ctx.size, axis=0)

    def faded(x: str, weight: str) -> str:
        return g.op("Reshape", g.op("Mul", g.unsqueeze(x, 2), g.unsqueeze(weight, 3)), stack)  # (B*C, H, 2P, Q)

    keys = faded(k, g.op("Mul", g.op("Exp", left), steps.gates))
    states = g.op("MatMul", wide, g.op("Transpose", keys, perm=[0, 1, 3, 2]))  # (B*C, H, P + 1, 2P)
    return g.op("MatMul", handed_on(g, ctx, states, totals), faded(q, g.op("Exp", entering)))


def divided(g: GraphBuilder, sums: str) -> str:
    values, total = g.op("Split", sums, g.ints(CHANNELS, 1), outputs=2, axis=2)
    return g.op("Div", values, g.op("Add", total, g.constant(NORMALISER_FLOOR)))


def ssm(g: GraphBuilder, ctx: Context, x: str, mixer: SsmMixer) -> str:
    """x (N + 1, D) -> (N + 1, D)."""
    q, k, v, gates = convolved(g, ctx, x, mixer)
    steps = Steps(g, ctx, gates, mixer)
    q, k = g.op("Relu", q), g.op("Relu", k)
    scores = g.op("MatMul", g.op("Transpose", k, perm=[0, 1, 3, 2]), q)  # (B*C, H, Q, Q)
    wide = g.op("Pad", v, g.ints(0, 0, 0, 0, 0, 0, 1, 0), g.constant(1.0))
    inside = g.op("MatMul", wide, g.op("Mul", scores, steps.weights(g, ctx)))  # (B*C, H, P + 1, Q)

    alone, linked = GraphBuilder(g), GraphBuilder(g)
    y = divided(alone, inside)
    z = divided(linked, linked.op("Add", inside, carried(linked, ctx, q, k, wide, steps)))
    y = g.op("If", ctx.many, then_branch=linked.body("linked", [], [z]), else_branch=alone.body("alone", [], [y]))

    y = g.op("Add", y, g.op("Mul", v, g.weight(mixer.skip.detach().view(HEADS, 1, 1))))
    y = g.op("Transpose", g.op("Reshape", y, g.op("Concat", g.ints(-1, WIDTH), ctx.size, axis=0)), perm=[0, 2, 1])
    y = ctx.pack(g, g.op("Reshape", y, g.ints(-1, WIDTH)))
    return g.linear(g.op("Mul", y, g.silu(g.linear(x, mixer.output_gate.weight, mixer.output_gate.bias))), mixer.out.weight, mixer.out.bias)
