"""Cost of each pattern against length, through exported graphs on one thread.

Weights are not trained: time does not depend on them. Processor time, patterns in turn at each length. `tokens`: 64 to
16,384. `wearable`: 10 s blocks of a stream read whole, 1 min to 24 h; and one block with the carried state of the wearable
model itself, whose cost does not depend on what came before. Writes WORK/cost.json, a length at a time.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import parts
import torch
from ablated_graph import build_graph
from encoder import PATTERNS, Encoder

LENGTHS = (64, 256, 1024, 4096, 16384)
BLOCKS_OF_10_S = {"1 min": 6, "10 min": 60, "1 h": 360, "6 h": 2160, "24 h": 8640}
BLOCK, WHOLE = 128, 256
# (name, pattern, reach)
ROWS = (
    *((pattern, pattern, "all tokens") for pattern in PATTERNS),
    *((f"{pattern}, window and landmarks", pattern, "window and landmarks") for pattern in ("3:1", "5:1", "11:1")),
)  # fmt: skip


def one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def milliseconds(session: onnxruntime.InferenceSession, feeds: dict) -> float:
    start = time.process_time()
    session.run(None, feeds)
    return (time.process_time() - start) * 1e3


def feeds_of(length: int) -> dict:
    """One text of `length` places, rounded up to whole blocks where it is longer than one."""
    padded = length + length % 2 if length <= WHOLE else -(-length // BLOCK) * BLOCK
    mask = np.ones((1, padded), np.float32)
    x = np.random.default_rng(0).standard_normal((1, padded, parts.model.WIDTH), dtype=np.float32)
    return {"x": x, "mask": mask, "block": np.array([padded if length <= WHOLE else BLOCK])}


def costs(sessions: dict, lengths: dict[str, int], most: int) -> Iterator[dict[str, dict[str, float]]]:
    """Milliseconds by pattern and length, once after each length."""
    found: dict[str, dict[str, float]] = {name: {} for name in sessions}
    for label, length in lengths.items():
        feeds, times = feeds_of(length), {name: [] for name in sessions}
        for _ in range(1 if length > 4096 else 3 if length > 512 else most):
            for name, session in sessions.items():
                times[name].append(milliseconds(session, feeds))
        for name in sessions:
            found[name][label] = float(np.median(times[name]))
        print(label, {name: round(found[name][label], 1) for name in sessions}, flush=True)
        yield found


def wearable_block(path: Path) -> dict[str, float] | None:
    """Milliseconds of one 10 s block through the wearable model; None where the folder has no streaming model."""
    session = onnxruntime.InferenceSession(str(path), one_thread())
    inputs = {i.name: i.shape for i in session.get_inputs()}
    if "carried" not in inputs:
        return None
    feeds = {name: np.zeros([1, *shape[1:]], np.float32) for name, shape in inputs.items()}
    times = [milliseconds(session, feeds) for _ in range(30)]
    return {"milliseconds": float(np.median(times)), "carried_numbers": inputs["carried"][1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    parser.add_argument("--wearable", type=Path, help="the wearable model's graph")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    sessions = {}
    for name, pattern, reach in ROWS:
        graph = build_graph(Encoder(pattern, reach).eval())
        sessions[name] = onnxruntime.InferenceSession(graph.SerializeToString(), one_thread())
    list(costs(dict(list(sessions.items())[:1]), {"warm-up": 64}, 2))
    found: dict = {}

    def keep(part: str, value: dict | str | None) -> None:
        found[part] = value
        (options.work / "cost.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    keep("measured", time.strftime("on %d %B %Y"))
    if options.wearable:
        keep("wearable_block", wearable_block(options.wearable))
    for part, lengths in (("tokens", {str(n): n for n in LENGTHS}), ("wearable", BLOCKS_OF_10_S)):
        for by_length in costs(sessions, lengths, 9):
            keep(part, by_length)


if __name__ == "__main__":
    main()
