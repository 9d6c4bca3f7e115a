"""`summary.py` as a part of the graph: one block of many streams, the past as it was carried."""

import argparse

import numpy as np
from onnx import helper

from recordings import DAY
from summary import CHANNELS, DAY_FEATURES, DOUBT, FORTNIGHT, HOUR, HOURS, SPANS, WEEK, Days, Pulse

ROWS = 8  # of a constant that sums over blocks or hours
# how much heart rate there was and its mean; the last 3 h of it; days counted and mean sign; the last 24 h of activity
PARTS = {"own": (2,), "beats": (max(SPANS) - 1, 3), "days": (2,), "moves": (DAY - 1, CHANNELS)}


def means(rows: list[np.ndarray], length: int) -> np.ndarray:
    """(8, length): weights of the given rows, zeros below."""
    return np.concatenate([np.array(rows), np.zeros((ROWS - len(rows), length))])


def line(g, m, x: str, size: int) -> str:
    """x (B, size) → (B, 1)"""
    z = g.div(g.sub(x, g.const(m.mean)), g.const(m.spread))
    z = g.div(z, g.op("Sqrt", g.add(g.div(g.mul(z, z), g.const(16)), g.const(1))))
    total = g.product(g.const(means([np.ones(size)], size)), g.reshape(g.mul(z, g.const(m.weight)), 0, size, 1))
    return g.add(g.reshape(g.one(total), 0, 1), g.const(m.bias))


def columns(g, x: str, count: int, axis: int) -> list[str]:
    return [g.part(x, i, i + 1, axis) for i in range(count)]


def weighted(g, rows: np.ndarray, x: str) -> str:
    return g.product(g.const(rows), x)


def pulse(g, m: Pulse) -> str:
    """A sign of being awake (B, 1)."""
    seen = g.part("present", 1, 2, 2)
    x = g.mul(g.div(g.sub(g.clip("hr", 25, 240), g.const(70)), g.const(20)), seen)
    minutes = g.join(2, seen, x, g.mul(x, x))
    sums = g.one(weighted(g, means([np.full(5, 0.2)], 5), minutes))  # (B, 1, 3)
    n = g.reshape(g.part(sums, 0, 1, 2), 0, 1)
    count, before = columns(g, g.past("own"), 2, 1)
    count = g.op("Min", g.add(count, n), g.const(WEEK))
    now = g.div(g.reshape(g.part(sums, 1, 2, 2), 0, 1), g.add(n, g.const(1e-6)))
    level = g.add(before, g.mul(g.div(n, g.add(count, g.const(1e-6))), g.sub(now, before)))
    g.carry("own", g.join(1, count, level))
    length = max(SPANS)
    rows = [np.where(np.arange(length) >= length - span, 1 / span, 0) for span in SPANS]
    windows = g.part(weighted(g, means(rows, length), g.after_past("beats", sums)), 0, len(SPANS), 1)
    n, s, q = (g.reshape(c, 0, len(SPANS)) for c in columns(g, windows, 3, 2))
    near = g.add(n, g.const(0.01))
    off = g.div(g.sub(s, g.mul(level, n)), near)
    about = g.add(g.sub(q, g.mul(g.mul(g.const(2), level), s)), g.mul(g.mul(level, level), n))
    wide = g.op("Sqrt", g.op("Relu", g.sub(g.div(about, near), g.mul(off, off))))
    return line(g, m.line, g.join(1, off, wide, level), 2 * len(SPANS) + 1)


def sorted_down(g, x: str) -> str:
    """x (B, HOURS), the greatest first"""
    g.made += 1
    out = f"TopK_{g.made}"
    g.nodes.append(helper.make_node("TopK", [x, g.ints(HOURS)], [out, f"{out}_places"], axis=1))
    return out


def of_block(g) -> str:
    """(B, 1, 7), as in `summary.of_block`."""
    seen, counts = g.part("present", 0, 1, 2), g.clip("activity", 0, 20000)
    root = g.div(g.op("Sqrt", counts), g.const(10))
    still = g.op("Exp", g.div(counts, g.const(-10)))
    early, late = (lambda x: g.part(x, 0, 4, 1)), (lambda x: g.part(x, 1, 5, 1))
    pair = g.mul(late(seen), early(seen))
    step = g.mul(g.op("Abs", g.sub(late(root), early(root))), pair)
    turn = g.mul(g.mul(g.sub(g.const(1), early(still)), late(still)), pair)
    by_minute = g.join(2, seen, g.mul(g.div(counts, g.const(100)), seen), g.mul(root, seen), g.mul(still, seen))
    by_pair = g.join(2, pair, step, turn)
    return g.join(2, g.one(weighted(g, means([np.full(5, 0.2)], 5), by_minute)), g.one(weighted(g, means([np.full(4, 0.25)], 4), by_pair)))


def last_day(g, hours: str) -> tuple[str, str]:
    """Means by hour (B, 24, 7) → features (B, 12) and whether the day was worn (B, 1)."""
    flat = lambda x: g.reshape(x, 0, 1)
    mean_of = lambda x: flat(g.one(weighted(g, means([np.full(HOURS, 1 / HOURS)], HOURS), x)))
    three = lambda x: g.reshape(x, 0, 1, 1)
    n, counts, root, still, *_ = columns(g, hours, CHANNELS, 2)
    day = g.reshape(g.one(weighted(g, means([np.full(HOURS, 1 / HOURS)], HOURS), hours)), 0, CHANNELS)
    worn, *sums = columns(g, day, CHANNELS, 1)
    level, mean, rest = (g.div(x, g.add(worn, g.const(1e-3))) for x in sums[:3])
    pairs = g.add(sums[3], g.const(1e-3))
    near = g.add(n, g.const(0.02))
    by_hour = g.div(g.add(root, g.mul(g.const(0.02), three(mean))), near)
    ranked = sorted_down(g, g.reshape(by_hour, 0, HOURS))
    tops = means([np.r_[np.full(10, 0.1), np.zeros(14)], np.r_[np.zeros(19), np.full(5, 0.2)]], HOURS)
    ends = weighted(g, tops, g.reshape(ranked, 0, HOURS, 1))
    high, low = (flat(c) for c in columns(g, ends, 2, 1))
    angle = 2 * np.pi * np.arange(HOURS) / HOURS
    waves = weighted(g, means([np.full(HOURS, 1 / HOURS), np.cos(angle) / HOURS, np.sin(angle) / HOURS], HOURS), by_hour)
    middle, c, s = (flat(x) for x in columns(g, waves, 3, 1))
    off = g.sub(by_hour, three(middle))
    around = mean_of(g.mul(off, off))
    jumps = g.sub(g.part(by_hour, 1, HOURS, 1), g.part(by_hour, 0, HOURS - 1, 1))
    steps = flat(g.one(weighted(g, means([np.full(HOURS - 1, 1 / (HOURS - 1))], HOURS - 1), g.mul(jumps, jumps))))
    wave = g.op("Sqrt", g.add(g.add(g.mul(c, c), g.mul(s, s)), g.const(1e-6)))
    idle = mean_of(g.div(g.mul(by_hour, g.add(still, g.mul(g.const(0.02), three(rest)))), near))
    wide = g.op("Sqrt", g.add(g.op("Relu", g.sub(level, g.mul(mean, mean))), g.const(1e-3)))
    over = g.add(mean, g.const(0.1))
    found = [
        g.op("Sqrt", g.op("Sqrt", level)),
        mean,
        rest,
        g.div(idle, g.add(middle, g.const(0.01))),
        g.div(g.div(sums[4], pairs), over),
        g.div(g.div(sums[5], pairs), g.sub(g.const(1.05), rest)),
        g.div(wide, over),
        low,
        g.op("Sqrt", high),
        g.div(g.sub(high, low), g.add(g.add(high, low), g.const(0.01))),
        g.div(steps, g.add(around, g.const(0.01))),
        g.div(wave, g.add(middle, g.const(0.01))),
    ]
    alive = g.clip(g.div(g.sub(g.mul(counts, g.const(5)), n), g.add(n, g.const(1e-3))), 0, 1)
    halves = np.r_[np.zeros(HOURS // 2), np.ones(HOURS // 2)]
    whole, half = (flat(x) for x in columns(g, weighted(g, means([np.ones(HOURS), halves], HOURS), alive), 2, 1))
    moved = g.mul(g.clip(g.div(g.sub(whole, g.const(4)), g.const(4)), 0, 1), g.clip(half, 0, 1))
    return g.join(1, *found), g.mul(moved, g.clip(g.sub(g.mul(g.const(2), worn), g.const(1)), 0, 1))


def days(g, m: Days, worn: str) -> tuple[str, str]:
    """A sign of low mood (B, 1), and what this block counts for it; worn (B, 1) is the block's share of activity."""
    hours = np.repeat(np.eye(HOURS), HOUR, 1) / HOUR
    found, moved = last_day(g, weighted(g, hours, g.after_past("moves", of_block(g))))
    counts = g.mul(moved, worn)
    past, sign = g.past("days"), line(g, m.line, found, DAY_FEATURES)
    heard = g.op("Min", g.add(g.part(past, 0, 1, 1), counts), g.const(FORTNIGHT))
    sign = g.div(sign, g.op("Sqrt", g.add(g.mul(sign, sign), g.const(1))))
    before = g.part(past, 1, 2, 1)
    mean = g.add(before, g.mul(g.div(counts, g.add(heard, g.const(1e-6))), g.sub(sign, before)))
    g.carry("days", g.join(1, heard, mean))
    return g.div(g.mul(mean, heard), g.add(heard, g.const(DOUBT))), counts


def main() -> None:
    argparse.ArgumentParser(description="Print what the plain statistics carry from block to block.").parse_args()
    print(PARTS)


if __name__ == "__main__":
    main()
