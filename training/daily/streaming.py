"""The model as an ONNX graph for one block of many streams, by the rules of the wrist model's graph: the same bits in any batch."""

import argparse

import numpy as np
import onnx
import onnxruntime
import torch

from hybrid import ATTENTION_AT, DOUBT, FORTNIGHT, HORIZONS, LAYERS, OUTPUTS, SIZE, DailyHybrid, Personal
from graph import EIGHT, BlockGraph, attention, bounded, state_space
from mixers import HEADS, PART, WIDTH, WINDOW
from recordings import MINUTES, SIGNALS
from summary_graph import PARTS, days, pulse

COUNT = len(SIGNALS)


def layout() -> dict[str, tuple[int, ...]]:
    """Shape of every part of `carried`, in its order."""
    parts = {f"personal_{i}": (COUNT + 2 * SIZE,) for i in range(len(HORIZONS))}  # counts by signal, means, variances
    parts["mood"] = (2,)  # worn blocks counted, mean sign
    for i in range(LAYERS):
        if i == ATTENTION_AT:
            parts |= {f"keys_{i}": (WINDOW - 1, WIDTH), f"values_{i}": (WINDOW - 1, WIDTH), f"kept_{i}": (WINDOW - 1, 1)}
        else:
            parts |= {f"taps_{i}": (2, 3 * WIDTH), f"state_{i}": (HEADS, PART, PART + 1)}
    return parts | PARTS


LENGTH = sum(int(np.prod(shape)) for shape in layout().values())
INPUTS = {"activity": (MINUTES, 1), "hr": (MINUTES, 1), "present": (MINUTES, COUNT), "carried": (LENGTH,)}


class CarriedGraph(BlockGraph):
    """With the shapes of the parts of `carried`, in their order."""

    def __init__(self, parts: dict[str, tuple[int, ...]]) -> None:
        super().__init__()
        self.parts = parts

    def past(self, name: str) -> str:
        begin = 0
        for part, shape in self.parts.items():
            size = int(np.prod(shape))
            if part == name:
                return self.reshape(self.part("carried", begin, begin + size, 1), 0, *shape)
            begin += size
        raise KeyError(name)

    def after_past(self, name: str, x: str) -> str:
        both, rows = self.join(1, self.past(name), x), self.parts[name][0]
        self.carry(name, self.part(both, -rows, np.iinfo(np.int64).max, 1))
        return both


def front(g: CarriedGraph, m) -> tuple[str, str]:
    """Features (B, 1, 16) and each signal's share present (B, 8, 2)."""
    root = g.op("Sqrt", g.op("Sqrt", g.clip("activity", 0, 20000)))
    scaled = (g.div(root, g.const(3)), g.div(g.sub(g.clip("hr", 25, 240), g.const(70)), g.const(20)))
    found = []
    for i, x in enumerate(scaled):
        seen = g.part("present", i, i + 1, 2)
        both = g.reshape(g.join(1, g.mul(x, seen), seen), 0, 1, 2 * MINUTES)
        found.append(g.linear(g.silu(g.linear(g.eight(both), m.inner[i])), m.out[i]))
    return g.one(g.join(2, *found)), g.product(g.const(np.full((EIGHT, MINUTES), 1 / MINUTES)), "present")


def personal(g: CarriedGraph, m: Personal, features: str, share: str) -> tuple[str, str]:
    """Deviations (B, 1, (horizons + 1)·features) and ages (B, 1, horizons·signals)."""
    count, size, rows = m.signals, m.signals * m.each, len(m.horizons)
    owner = np.repeat(np.arange(count), m.each)  # the signal of each feature
    kept = g.join(1, *[g.reshape(g.past(f"personal_{i}"), 0, 1, count + 2 * size) for i in range(rows)])
    spans = ((0, count), (count, count + size), (count + size, count + 2 * size))
    counts, means, variances = (g.part(kept, *span, 2) for span in spans)
    n, worth, usual = g.take(counts, owner, 2), g.const(m.worth.exp()), m.spread.exp()
    total, level = g.add(n, worth), g.const(m.level)
    mean = g.div(g.add(g.mul(n, means), g.mul(worth, level)), total)
    variance = g.div(g.add(g.mul(n, variances), g.mul(worth, g.const(usual))), total)
    own = g.div(g.sub(features, mean), g.op("Sqrt", g.add(variance, g.const(0.01))))
    common = g.div(g.sub(features, level), g.const((usual + 0.01).sqrt()))
    z = bounded(g, g.join(1, own, common))
    z = g.reshape(g.mul(z, g.take(share, owner, 2)), 0, 1, -1)
    later = g.op("Min", g.add(counts, share), g.const(np.array(m.horizons)[:, None]))
    gain = g.take(g.div(share, g.add(later, g.const(1e-6))), owner, 2)
    off = g.sub(features, means)
    spread = g.mul(g.sub(g.const(1), gain), g.add(variances, g.mul(gain, g.mul(off, off))))
    after = g.join(2, later, g.add(means, g.mul(gain, off)), spread)
    for i in range(rows):
        g.carry(f"personal_{i}", g.part(after, i, i + 1, 1))
    return z, g.reshape(g.div(counts, g.add(counts, g.const(m.half))), 0, 1, -1)


def averaged(g: CarriedGraph, name: str, sign: str, worn: str, span: float = FORTNIGHT, doubt: float = DOUBT) -> str:
    """The mean sign (B, 1) of the last worn blocks, drawn towards 0; count and mean are carried on as `name`."""
    kept = g.past(name)
    count = g.op("Min", g.add(g.part(kept, 0, 1, 1), worn), g.const(span))
    before = g.part(kept, 1, 2, 1)
    mean = g.add(before, g.mul(g.div(worn, g.add(count, g.const(1e-6))), g.sub(sign, before)))
    g.carry(name, g.join(1, count, mean))
    return g.div(g.mul(mean, count), g.add(count, g.const(doubt)))


def build(model: DailyHybrid) -> onnx.ModelProto:
    """The graph of a model in evaluation mode; inputs and outputs as in the model folder's manifest."""
    g = CarriedGraph(layout())
    features, shares = front(g, model.front)
    z, ages = personal(g, model.personal, features, g.one(shares))
    x = g.add(g.linear(g.eight(z), model.enter), g.linear(g.join(2, shares, g.eight(ages)), model.known))
    x = g.norm(x, model.norm_in)
    keep = g.op("ReduceMax", shares, g.ints(2), keepdims=1)
    for index, layer in enumerate(model.layers):
        mixer = attention if index == ATTENTION_AT else state_space
        x = g.add(x, mixer(g, layer.mixer, g.norm(x, layer.norm1), keep, index))
        x = g.add(x, g.linear(g.silu(g.linear(g.norm(x, layer.norm2), layer.up)), layer.down))
    signs = g.reshape(g.one(g.linear(g.norm(x, model.norm_out), model.sign)), 0, 2)
    share = g.reshape(g.one(shares), 0, 2)
    worn, hr = (g.part(share, i, i + 1, 1) for i in range(2))
    wake = g.div(g.mul(g.part(signs, 0, 1, 1), hr), g.add(hr, g.const(0.1)))
    low, counts = days(g, model.days, worn)
    mood = averaged(g, "mood", g.part(signs, 1, 2, 1), counts)
    beside = g.mul(pulse(g, model.pulse), g.div(hr, g.add(hr, g.const(0.1)))), low
    for i, (name, trunk, plain) in enumerate(zip(OUTPUTS, (wake, mood), beside)):
        g.named(g.mul(g.const(0.5), g.add(g.add(trunk, g.const(model.constant[i : i + 1])), plain)), name)
    g.named(g.join(1, *[g.kept[name] for name in layout()]), "carried_out")
    return g.model(INPUTS, {name: (size,) for name, size in OUTPUTS.items()} | {"carried_out": (LENGTH,)})


def run(session, blocks: dict[str, np.ndarray], carried: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Streams (B, T, …) through a graph block by block: logits (B, T, 2) and what is carried (B, S) at the end."""
    batch, count = blocks["present"].shape[:2]
    carried = np.zeros((batch, LENGTH), np.float32) if carried is None else carried
    logits = []
    for t in range(count):
        *found, carried = session.run([*OUTPUTS, "carried_out"], {**{k: v[:, t] for k, v in blocks.items()}, "carried": carried})
        logits.append(np.concatenate(found, 1))
    return np.stack(logits, 1), carried


def made_up(batch: int, count: int, seed: int) -> dict[str, np.ndarray]:
    """Streams of noise, of which many minutes miss a signal."""
    rng = np.random.default_rng(seed)
    present = (rng.random((batch, count, MINUTES, COUNT)) > rng.random((batch, count, 1, 1))).astype(np.float32)
    activity = rng.exponential(200, (batch, count, MINUTES, 1)).round().astype(np.float32) * present[..., :1]
    hr = rng.normal(65, 12, (batch, count, MINUTES, 1)).astype(np.float32) * present[..., 1:]
    return {"activity": activity, "hr": hr, "present": present}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare an untrained model with its graph, and the graph's bits by batch.")
    parser.add_argument("--blocks", type=int, default=120)
    args = parser.parse_args()
    torch.manual_seed(0)
    model = DailyHybrid().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    session = onnxruntime.InferenceSession(build(model).SerializeToString(), providers=["CPUExecutionProvider"])
    blocks = made_up(7, args.blocks, 1)
    with torch.no_grad():
        readable = model({k: torch.from_numpy(v) for k, v in blocks.items()}).numpy()
    together, _ = run(session, blocks)
    alone = np.concatenate([run(session, {k: v[i : i + 1] for k, v in blocks.items()})[0] for i in range(7)])
    print("carried:", LENGTH, "; largest difference from the readable form:", np.abs(readable - together).max())
    print("numbers that differ alone and in a batch:", int((alone.view(np.int32) != together.view(np.int32)).sum()))


if __name__ == "__main__":
    main()
