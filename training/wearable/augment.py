"""Other people, other wrists and broken signals, made from real ones."""

import numpy as np

from data import SIGNALS

# chance that a signal is missing for a whole sequence; high where it tells the laboratory's order of events
LOST = {"BVP": 0.06, "ACC": 0.3, "EDA": 0.06, "TEMP": 0.3}
EACH = {name: rate // 4 for name, (rate, _) in SIGNALS.items()}  # samples a quarter second
SPOILT = 0.12  # chance of each of ten stretches a sequence to be spoilt on purpose


def turn(rng: np.random.Generator) -> np.ndarray:
    """A random rotation or reflection (3, 3) of the accelerometer's axes."""
    return np.linalg.qr(rng.normal(size=(3, 3)))[0].astype(np.float32)


def remove(blocks: dict[str, np.ndarray], signal: str, row: int, span: slice, quarters: slice = slice(None)) -> None:
    """Mark a signal missing in these blocks and quarters of a row: its samples become 0, as the graph's contract says."""
    blocks["present"][row, span, quarters, list(SIGNALS).index(signal)] = 0
    samples = blocks[signal.lower()][row]
    count, _, channels = samples.shape
    samples.reshape(count, 40, EACH[signal] * channels)[span, quarters] = 0


def off_wrist(blocks: dict[str, np.ndarray], row: int, span: slice, rng: np.random.Generator) -> None:
    """On a table: no pulse, hardly any conductance, a cooling sensor, no movement."""
    blocks["bvp"][row, span] = rng.normal(0, rng.uniform(0.2, 4), blocks["bvp"][row, span].shape)
    blocks["eda"][row, span] = np.abs(rng.normal(0.01, 0.01, blocks["eda"][row, span].shape))
    blocks["temp"][row, span] = rng.uniform(22, 29) + rng.normal(0, 0.02, blocks["temp"][row, span].shape)
    rest = blocks["acc"][row, span]
    blocks["acc"][row, span] = rest[:1, :1] + rng.integers(-1, 2, rest.shape)


def shaken(blocks: dict[str, np.ndarray], row: int, span: slice, rng: np.random.Generator) -> None:
    """Strong movement, and the pulse wave, conductance and contact that suffer from it."""
    count = blocks["bvp"][row, span].shape[0]
    for name, size in (("bvp", rng.uniform(60, 300)), ("acc", rng.uniform(15, 60))):
        part = blocks[name][row, span]
        t = np.arange(count * part.shape[1]).reshape(count, -1, 1) * (10 / part.shape[1])
        wave = np.sin(2 * np.pi * rng.uniform(0.5, 4) * t + rng.uniform(0, 6, part.shape[2]))
        part += (size * wave * np.abs(rng.normal(0, 1, (count, 1, 1))) + rng.normal(0, size / 4, part.shape)).astype(np.float32)
    blocks["eda"][row, span] *= np.exp(rng.normal(0, 0.25, (count, 40, 1))).astype(np.float32)


def dropped(blocks: dict[str, np.ndarray], row: int, span: slice, rng: np.random.Generator) -> None:
    """Two in five quarter seconds lost here and there, of pulse wave and acceleration or of the slow signals."""
    for signal in (("BVP", "ACC"), ("EDA", "TEMP"), ("BVP", "EDA"))[rng.integers(3)]:
        gone = rng.random(blocks["present"][row, span].shape[:2]) < 0.4
        for block, quarters in zip(range(span.start, span.stop), gone):
            for quarter in np.flatnonzero(quarters):
                remove(blocks, signal, row, slice(block, block + 1), slice(quarter, quarter + 1))


def flat(blocks: dict[str, np.ndarray], row: int, span: slice, rng: np.random.Generator) -> None:
    """A channel that stands still though it says it is there."""
    for name in (("bvp",), ("eda",), ("bvp", "eda"))[rng.integers(3)]:
        blocks[name][row, span] = blocks[name][row, span.start, 0]


def augment(blocks: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """In place; returns which blocks (B, T) are as good as they were recorded (1) and which were spoilt (0)."""
    batch, count = blocks["present"].shape[:2]
    column = lambda values: values.astype(np.float32)[:, None, None, None]
    blocks["bvp"] *= column(np.exp(rng.normal(0, 0.4, batch)))
    blocks["eda"] *= column(np.exp(rng.normal(0, 0.4, batch)))
    blocks["eda"] += column(rng.uniform(0, 0.3, batch))
    blocks["temp"] += column(rng.normal(0, 1, batch))
    good = np.ones((batch, count), np.float32)
    for row in range(batch):
        if rng.random() < 0.5:
            blocks["acc"][row] = blocks["acc"][row] @ turn(rng)
        for _ in range(rng.binomial(10, SPOILT)):
            begin = int(rng.integers(0, max(1, count - 12)))
            span = slice(begin, min(count, begin + int(rng.integers(1, 12))))
            (off_wrist, shaken, dropped, flat)[rng.integers(4)](blocks, row, span, rng)
            good[row, span] = 0
        for signal, lost in LOST.items():
            if rng.random() < lost:
                remove(blocks, signal, row, slice(None))
            elif rng.random() < 0.15:
                begin = int(rng.integers(0, count))
                remove(blocks, signal, row, slice(begin, begin + int(rng.integers(2, 60))))
    return good
