"""Show that a stream's logits and carried vector are the same bits alone, in any batch, among any neighbours, with any
thread count, and that a stream put away and taken up again goes on as if it had not been."""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime

from augment import augment
from blocks import streams
from carried import LENGTH
from graph import INPUTS
from model import OUTPUTS

NAMES = [*OUTPUTS, "carried_out"]


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def stretches(data: Path, count: int, length: int) -> dict[str, np.ndarray]:
    """`count` stretches of recordings, `length` blocks each, many with missing and spoilt signals."""
    rng, people, rows = np.random.default_rng(1), streams(data), []
    for i in range(count):
        person = people[i % len(people)]
        begin = int(rng.integers(len(person) - length))
        rows.append({k: v[begin : begin + length] for k, v in person.signals.items()})
    blocks = {k: np.stack([row[k] for row in rows]) for k in rows[0]}
    for _ in range(3):
        augment(blocks, rng)
    return blocks


def run(runtime, blocks: dict[str, np.ndarray], rng: np.random.Generator | None, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(streams, blocks, 6) logits and (streams, S) carried at the end; `size` streams a call, in a new order at each block."""
    count, length = blocks["present"].shape[:2]
    logits, carried = np.zeros((count, length, 6), np.float32), np.zeros((count, LENGTH), np.float32)
    for t in range(length):
        order = np.arange(count) if rng is None else rng.permutation(count)
        for i in range(0, count, size):
            rows = order[i : i + size]
            feeds = {k: v[rows, t] for k, v in blocks.items()}
            *found, carried[rows] = runtime.run(NAMES, {**feeds, "carried": carried[rows]})
            logits[rows, t] = np.concatenate(found, 1)
    return logits, carried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--length", type=int, default=60, help="blocks of each stream")
    parser.add_argument("--dump", type=Path, help="also write the streams and what came out as raw float32, for prove.ts")
    args = parser.parse_args()
    blocks = stretches(args.data, args.count, args.length)
    path, rng, differing = args.model / "onnx/model.onnx", np.random.default_rng(2), 0
    logits, carried = run(session(path, 1), blocks, None, 1)
    for threads in (1, 2):
        runtime = session(path, threads)
        for size in (1, 2, 3, 7, 32, args.count):
            again = run(runtime, blocks, rng, size)
            pairs = zip((logits, carried), again)
            changed = sum(int((a.view(np.int32) != b.view(np.int32)).sum()) for a, b in pairs)
            differing += changed
            print(f"threads {threads} batch {size}: {changed} of {logits.size + carried.size} numbers differ")
    if args.dump:
        args.dump.mkdir(parents=True, exist_ok=True)
        for name in INPUTS:
            (blocks[name] if name in blocks else carried).tofile(args.dump / f"{name}.f32")
        logits.tofile(args.dump / "logits.f32")
    raise SystemExit(differing > 0)


if __name__ == "__main__":
    main()
