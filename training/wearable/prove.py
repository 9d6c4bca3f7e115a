"""Show that a window's logits are the same bits alone, in any batch, among any neighbours, with any thread count."""

import argparse
from pathlib import Path

import numpy as np
import onnxruntime

from data import SIGNALS, hop_windows, load_wesad, stack
from graph import INPUTS
from train import remove


def session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def logits(runtime, batch: dict[str, np.ndarray], order: np.ndarray, size: int) -> np.ndarray:
    """(windows, 5) in the batch's own order, run `size` at a time in another order."""
    out = np.zeros((len(order), 5), np.float32)
    for i in range(0, len(order), size):
        rows = order[i : i + size]
        out[rows] = np.concatenate(runtime.run(["stress", "state"], {k: v[rows] for k, v in batch.items()}), 1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--dump", type=Path, help="also write the windows and logits here as raw float32, for prove.ts")
    args = parser.parse_args()
    recordings, intervals = load_wesad(args.data)
    rng = np.random.default_rng(1)
    windows = hop_windows(intervals)
    batch = stack(recordings, [windows[i] for i in rng.choice(len(windows), args.count, replace=False)])
    for signal in SIGNALS:
        remove(batch, signal, np.flatnonzero(rng.random(args.count) < 0.06))
        remove(batch, signal, np.flatnonzero(rng.random(args.count) < 0.06), slice(33, 150))
    path = args.model / "onnx/model.onnx"
    alone = logits(session(path, 1), batch, np.arange(args.count), 1)
    differing = 0
    for threads in (1, 2, 4):
        runtime = session(path, threads)
        for size in (1, 2, 3, 7, 32, args.count):
            again = logits(runtime, batch, rng.permutation(args.count), size)
            changed = int((again.view(np.int32) != alone.view(np.int32)).any(1).sum())
            differing += changed
            print(f"threads {threads} batch {size}: {changed} of {args.count} windows differ")
    if args.dump:
        args.dump.mkdir(parents=True, exist_ok=True)
        for name in INPUTS:
            batch[name].tofile(args.dump / f"{name}.f32")
        alone.tofile(args.dump / "logits.f32")
    raise SystemExit(differing > 0)


if __name__ == "__main__":
    main()
