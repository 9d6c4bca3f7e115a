"""The model as an ONNX graph for one block of many streams, written by hand so that a stream has the same bits in any batch.

Rules: no convolution and no sum other than a matrix product; no matrix product whose number of rows changes between one
and more with the batch (what is one vector a stream goes as EIGHT equal rows); no logarithm.
"""

import numpy as np
import onnx

from carried import LENGTH, PRESENT_BACK, layout, places
from front import BACK, FEATURES, FILTERS, HALF, LAGS
from mixers import HEADS, PART, WIDTH, WINDOW
from model import ATTENTION_AT, OUTPUTS, WearableHybrid
from onnx_builder import Graph
from personal import HORIZONS, SIZE

EIGHT = 8
INPUTS = {"bvp": (640, 1), "acc": (320, 3), "eda": (40, 1), "temp": (40, 1), "present": (40, 4), "carried": (LENGTH,)}
OWNER = np.repeat(np.arange(4), list(FEATURES.values()))  # the signal of each feature


class BlockGraph(Graph):
    """Adds the parts of `carried`: read where they lie, written in the same order at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    def past(self, name: str) -> str:
        begin, end = places()[name]
        return self.reshape(self.part("carried", begin, end, 1), 0, *layout()[name])

    def carry(self, name: str, x: str) -> None:
        self.kept[name] = self.reshape(x, 0, -1)

    def after_past(self, name: str, x: str) -> str:
        """Rows of the past, then those of now; the last of both are carried on."""
        both, rows = self.join(1, self.past(name), x), layout()[name][0]
        self.carry(name, self.part(both, -rows, np.iinfo(np.int64).max, 1))
        return both

    def eight(self, x: str) -> str:
        """(B, 1, n) → (B, 8, n) equal rows"""
        return self.mul(x, self.const(np.ones((EIGHT, 1))))

    def one(self, x: str) -> str:
        """The first of equal rows"""
        return self.part(x, 0, 1, 1)


def pulse(g: BlockGraph, m, x: str, present: str) -> str:
    x = g.reshape(g.div(g.clip(x, -500, 500), g.const(50)), 0, 52, 16)
    x = g.reshape(g.mul(x, present), 0, 832)
    frames = g.take(x, 4 * np.arange(1, 193)[:, None] + np.arange(64), 1)  # (B, 192, 64)
    y = g.turn(g.product(frames, g.const(m.taps.T)), 0, 2, 1)  # (B, FILTERS, 192)
    begins, lags = np.array([32, 32 + HALF]), np.array(LAGS)
    now = begins[:, None] + np.arange(HALF)  # (2, 80)
    past = now[..., None] - lags  # (2, 80, lags)
    both = g.product(g.op("Unsqueeze", g.take(y, now, 2), g.ints(3)), g.take(y, past, 2))  # (B, FILTERS, 2, 1, lags)
    sums = np.zeros((192, 2, 1 + len(lags)))
    for half in range(2):
        sums[now[half], half, 0] = 1
        for i in range(len(lags)):
            sums[past[half, :, i], half, 1 + i] = 1
    power = g.reshape(g.product(g.mul(y, y), g.const(sums.reshape(192, -1))), 0, FILTERS, 2, 1 + len(lags))
    own, then = g.part(power, 0, 1, 3), g.part(power, 1, 1 + len(lags), 3)
    both = g.mul(g.reshape(both, 0, FILTERS, 2, len(lags)), g.const(2))
    alike = g.div(both, g.add(g.add(own, then), g.const(0.01)))
    strength = g.op("Sqrt", g.op("Sqrt", g.add(g.div(own, g.const(HALF)), g.const(1e-4))))
    halves = [g.reshape(g.turn(v, 0, 2, 1, 3), 0, 2, -1) for v in (alike, strength)]
    inner = g.silu(g.linear(g.join(2, *halves), m.inner))  # (B, 2, 32)
    return g.linear(g.product(g.const(np.full((EIGHT, 2), 0.5)), inner), m.out)


def motion(g: BlockGraph, m, x: str, present: str) -> str:
    x = g.div(g.clip(x, -128, 128), g.const(32))
    known = g.reshape(g.mul(present, g.const(np.ones(8))), 0, 328, 1)
    gates = g.mul(g.part(known, 8, 328, 1), g.part(known, 7, 327, 1))
    steps = g.mul(g.op("Abs", g.sub(g.part(x, 8, 328, 1), g.part(x, 7, 327, 1))), gates)
    both = g.join(2, g.mul(g.part(x, 8, 328, 1), g.part(known, 8, 328, 1)), steps)
    quarters = g.mul(g.silu(g.linear(g.reshape(both, 0, 40, 48), m.quarter)), g.part(present, 1, 41, 1))
    seconds = g.silu(g.linear(g.reshape(quarters, 0, 10, 64), m.second))
    return g.linear(g.product(g.const(np.full((EIGHT, 10), 0.1)), seconds), m.out)


def slow(g: BlockGraph, m, x: str, known: str) -> str:
    if m.signal == "eda":
        x = g.sub(g.op("Sqrt", g.op("Sqrt", g.clip(x, 0, 100))), g.const(1))
    else:
        x = g.div(g.sub(g.clip(x, 20, 42), g.const(33)), g.const(2))
    x = g.mul(x, known)
    gates = g.mul(g.part(known, 1, 120, 1), g.part(known, 0, 119, 1))
    steps = g.mul(g.mul(g.sub(g.part(x, 1, 120, 1), g.part(x, 0, 119, 1)), gates), g.const(20))
    steps = g.op("Pad", steps, g.ints(0, 1, 0, 0, 0, 0))
    frames = g.silu(g.linear(g.reshape(g.join(2, x, steps, known), 0, 15, 24), m.frame))
    return g.linear(g.silu(g.linear(g.eight(g.reshape(frames, 0, 1, -1)), m.inner)), m.out)


def front(g: BlockGraph, model: WearableHybrid) -> tuple[str, str]:
    """Features (B, 1, 46) and each signal's share present (B, 8, 4)."""
    parts = {"bvp": pulse, "acc": motion, "eda": slow, "temp": slow}
    present, found = g.after_past("present", "present"), []
    for column, (name, m) in enumerate(model.front.signals.items()):
        quarters = BACK[name] * INPUTS["present"][0] // INPUTS[name][0]
        seen = g.part(g.part(present, PRESENT_BACK - quarters, PRESENT_BACK + 40, 1), column, column + 1, 2)
        found.append(parts[name](g, m, g.after_past(name, name), seen))
    return g.one(g.join(2, *found)), g.product(g.const(np.full((EIGHT, 40), 1 / 40)), "present")


def bounded(g: BlockGraph, z: str) -> str:
    return g.div(z, g.op("Sqrt", g.add(g.div(g.mul(z, z), g.const(16)), g.const(1))))


def personal(g: BlockGraph, m, features: str, share: str) -> tuple[str, str]:
    """Deviations (B, 1, 4·46) and ages (B, 1, 12)."""
    kept = [g.past(f"personal_{i}") for i in range(len(HORIZONS))]
    kept = g.join(1, *[g.reshape(part, 0, 1, 4 + 2 * SIZE) for part in kept])  # (B, 3, 96)
    counts, means, variances = (g.part(kept, *span, 2) for span in ((0, 4), (4, 4 + SIZE), (4 + SIZE, 4 + 2 * SIZE)))
    n, worth, usual = g.take(counts, OWNER, 2), g.const(m.worth.exp()), m.spread.exp()
    total, level = g.add(n, worth), g.const(m.level)
    mean = g.div(g.add(g.mul(n, means), g.mul(worth, level)), total)
    variance = g.div(g.add(g.mul(n, variances), g.mul(worth, g.const(usual))), total)
    own = g.div(g.sub(features, mean), g.op("Sqrt", g.add(variance, g.const(0.01))))
    common = g.div(g.sub(features, level), g.const((usual + 0.01).sqrt()))
    z = bounded(g, g.join(1, own, common))
    z = g.reshape(g.mul(z, g.take(share, OWNER, 2)), 0, 1, -1)
    later = g.op("Min", g.add(counts, share), g.const(np.array(HORIZONS)[:, None]))
    gain = g.take(g.div(share, g.add(later, g.const(1e-6))), OWNER, 2)
    off = g.sub(features, means)
    spread = g.mul(g.sub(g.const(1), gain), g.add(variances, g.mul(gain, g.mul(off, off))))
    after = g.join(2, later, g.add(means, g.mul(gain, off)), spread)
    for i in range(len(HORIZONS)):
        g.carry(f"personal_{i}", g.part(after, i, i + 1, 1))
    return z, g.reshape(g.div(counts, g.add(counts, g.const(30))), 0, 1, -1)


def heads(g: BlockGraph, x: str, rows: int, part: int = PART) -> str:
    return g.turn(g.reshape(x, 0, rows, HEADS, part), 0, 2, 1, 3)


def join_heads(g: BlockGraph, x: str) -> str:
    return g.reshape(g.turn(x, 0, 2, 1, 3), 0, EIGHT, WIDTH)


def state_space(g: BlockGraph, m, x: str, keep: str, index: int) -> str:
    u = g.mul(g.linear(x, m.qkv), keep)
    recent = g.after_past(f"taps_{index}", g.one(u))  # (B, 3, 3·WIDTH)
    taps = [g.mul(g.part(recent, k, k + 1, 1), g.const(m.taps[k])) for k in range(3)]
    u = g.add(g.add(taps[0], taps[1]), taps[2])
    q, k, v = (g.part(u, i * WIDTH, (i + 1) * WIDTH, 2) for i in range(3))
    step = g.turn(g.one(g.mul(g.op("Sigmoid", g.linear(x, m.step)), keep)), 0, 2, 1)  # (B, HEADS, 1)
    decay = g.op("Exp", g.op("Neg", g.mul(step, g.const(m.rate.exp()[:, None]))))
    keys = g.mul(g.reshape(g.op("Relu", k), 0, HEADS, PART), step)
    values = g.reshape(v, 0, HEADS, 1, PART)
    beside = g.op("Pad", values, g.ints(0, 0, 0, 0, 0, 0, 0, 1), g.const(1))  # a 1 behind the values
    state = g.mul(g.past(f"state_{index}"), g.op("Unsqueeze", decay, g.ints(3)))
    state = g.add(state, g.mul(g.op("Unsqueeze", keys, g.ints(3)), beside))
    g.carry(f"state_{index}", state)
    asked = g.mul(heads(g, g.eight(g.op("Relu", q)), EIGHT), g.const(PART**-0.5))
    read = g.product(asked, state)  # (B, HEADS, 8, PART + 1)
    y = g.div(g.part(read, 0, PART, 3), g.add(g.part(read, PART, PART + 1, 3), g.const(0.01)))
    y = g.add(y, g.mul(values, g.const(m.skip)))
    return g.linear(g.mul(join_heads(g, y), g.silu(g.linear(x, m.gate))), m.out)


def attention(g: BlockGraph, m, x: str, keep: str, index: int) -> str:
    q, k, v = (g.part(g.linear(x, m.qkv), i * WIDTH, (i + 1) * WIDTH, 2) for i in range(3))
    keys = heads(g, g.after_past(f"keys_{index}", g.one(k)), WINDOW)
    values = heads(g, g.after_past(f"values_{index}", g.one(v)), WINDOW)
    kept = g.after_past(f"kept_{index}", g.one(keep))  # (B, WINDOW, 1)
    scores = g.mul(g.product(heads(g, q, EIGHT), g.turn(keys, 0, 1, 3, 2)), g.const(PART**-0.5))
    scores = g.clip(g.add(scores, g.const(m.age[:, None])), -20, 20)
    weights = g.mul(g.op("Exp", scores), g.op("Unsqueeze", g.turn(kept, 0, 2, 1), g.ints(1)))
    total = g.part(g.product(weights, g.const(np.ones((WINDOW, EIGHT)))), 0, 1, 3)
    return g.linear(join_heads(g, g.div(g.product(weights, values), g.add(total, g.const(1e-6)))), m.out)


def build(model: WearableHybrid) -> onnx.ModelProto:
    """The graph of a model in evaluation mode; inputs and outputs as in the model folder's manifest."""
    g = BlockGraph()
    features, shares = front(g, model)
    z, ages = personal(g, model.personal, features, g.one(shares))
    x = g.linear(g.eight(z), model.enter)
    x = g.add(x, g.linear(g.join(2, shares, g.eight(ages)), model.known))
    x = g.norm(x, model.norm_in)
    keep = g.op("ReduceMax", shares, g.ints(2), keepdims=1)
    for index, layer in enumerate(model.layers):
        mixer = attention if index == ATTENTION_AT else state_space
        x = g.add(x, mixer(g, layer.mixer, g.norm(x, layer.norm1), keep, index))
        x = g.add(x, g.linear(g.silu(g.linear(g.norm(x, layer.norm2), layer.up)), layer.down))
    logits = g.linear(g.norm(x, model.norm_out), model.head)
    heard = g.join(2, g.eight(features), shares, g.part(logits, 5, 6, 2))
    judged = g.linear(g.silu(g.linear(heard, model.judge[0])), model.judge[2])
    logits, begin = g.reshape(g.one(g.join(2, g.part(logits, 0, 5, 2), judged)), 0, -1), 0
    for name, size in OUTPUTS.items():
        g.named(g.part(logits, begin, begin + size, 1), name)
        begin += size
    g.carry("blocks", g.add(g.past("blocks"), g.const(1)))
    g.named(g.join(1, *[g.kept[name] for name in layout()]), "carried_out")
    return g.model(INPUTS, {name: (size,) for name, size in OUTPUTS.items()} | {"carried_out": (LENGTH,)})
