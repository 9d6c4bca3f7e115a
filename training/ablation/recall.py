"""Recall of a detail placed far back: facts at the start of a text, filler, then questions at its end.

A fact is one token that carries a key and a value; a question is one token that carries a key, its answer the value.
Nothing but the facts tells the answer; chance is 1 in VALUES. Between facts and questions stands filler alone, or filler
with other facts among it, one in CROWD, that are not asked about. Trained on both with gaps of up to TRAIN_GAP tokens,
products in bf16, until LEARNT of the questions of WATCHED steps on end are answered or MOST steps are over, and then for LAST
steps of a falling rate; asked in fp32 with far longer gaps. Every row is trained from each seed on the same texts in the same
order. Shapes: B texts, T tokens. Writes WORK/recall.json, a run and a distance at a time, and goes on where it stopped.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import parts

parts.resize(width=64, heads=2, block=32)

import onnxruntime  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from ablated_graph import build_graph  # noqa: E402
from encoder import Encoder, learn, optimiser_of  # noqa: E402
from torch import Tensor, nn  # noqa: E402

KEYS, VALUES, FILLERS, FACTS, QUESTIONS, CROWD = 2048, 8, 24, 4, 8, 16
FACT_ROOM, TRAIN_GAP, BATCH, RATE = 32, 88, 8, 2e-3
LEARNT, WATCHED, WARM, MOST, LAST = 0.95, 20, 30, 900, 60
BLOCK = 32
ASKED, TEXTS = (64, 256, 1024, 4096), 16  # distances, and texts asked at each
TASKS = ("alone", "crowded")
# (pattern, reach): beyond the window, attention sees landmarks, everything, or nothing.
ROWS = (
    ("attention only", "all tokens"), ("SSM only", "all tokens"),
    ("3:1", "all tokens"), ("5:1", "all tokens"), ("11:1", "all tokens"),
    ("3:1", "window and landmarks"), ("5:1", "window and landmarks"), ("11:1", "window and landmarks"),
)  # fmt: skip


def texts(generator: np.random.Generator, gap: int, crowded: list[bool]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Keys (B, T), values (B, T), fillers (B, T), each 0 where there is none, and answers (B, QUESTIONS) from 0."""
    count, tokens = len(crowded), -(-(FACT_ROOM + gap + QUESTIONS) // BLOCK) * BLOCK
    keys, values = np.zeros((2, count, tokens), np.int64)
    fillers, answers = generator.integers(1, FILLERS + 1, (count, tokens)), np.zeros((count, QUESTIONS), np.int64)
    for row in range(count):
        others = (tokens - FACT_ROOM - QUESTIONS) // CROWD if crowded[row] else 0
        at = generator.choice(FACT_ROOM, FACTS, replace=False)
        at = np.append(at, FACT_ROOM + generator.choice(tokens - FACT_ROOM - QUESTIONS, others, replace=False))
        key, value = generator.choice(KEYS, len(at), replace=False) + 1, generator.integers(1, VALUES + 1, len(at))
        keys[row, at], values[row, at], fillers[row, at] = key, value, 0
        asked = generator.integers(0, FACTS, QUESTIONS)
        keys[row, -QUESTIONS:], fillers[row, -QUESTIONS:] = key[asked], 0
        answers[row] = value[asked] - 1
    return tuple(torch.from_numpy(part) for part in (keys, values, fillers, answers))


class RecallModel(nn.Module):
    """Tokens as sums of the embeddings of what they carry; logits (B, QUESTIONS, VALUES) of the last tokens."""

    def __init__(self, pattern: str, reach: str) -> None:
        super().__init__()
        width = parts.model.WIDTH
        self.key, self.value, self.filler = (nn.Embedding(n + 1, width) for n in (KEYS, VALUES, FILLERS))
        self.encoder, self.head = Encoder(pattern, reach, rotary=False), nn.Linear(width, VALUES)

    def embed(self, keys: Tensor, values: Tensor, fillers: Tensor) -> Tensor:
        return self.key(keys) + self.value(values) + self.filler(fillers)

    def forward(self, keys: Tensor, values: Tensor, fillers: Tensor) -> Tensor:
        x = self.embed(keys, values, fillers)
        return self.head(self.encoder(x, torch.ones(x.shape[:2]))[:, -QUESTIONS:])


def train(model: RecallModel, seed: int) -> tuple[int, bool, float]:
    """Steps before the rate falls, whether the task was learnt by then, and the share answered in the last WATCHED steps."""
    parameters, generator, right = list(model.parameters()), np.random.default_rng(seed), []
    optimiser, left = optimiser_of(parameters), None
    while left != 0:
        *inputs, answers = texts(generator, int(generator.integers(8, TRAIN_GAP + 1)), [False, True] * (BATCH // 2))
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*inputs).float()
        F.cross_entropy(logits.flatten(0, 1), answers.flatten()).backward()
        learn(parameters, optimiser, RATE * (min(1.0, (len(right) + 1) / WARM) if left is None else left / LAST))
        right.append((logits.argmax(-1) == answers).float().mean().item())
        if len(right) % 50 == 0:
            print(len(right), np.mean(right[-WATCHED:]), flush=True)
        learnt = len(right) >= WATCHED and float(np.mean(right[-WATCHED:])) >= LEARNT
        if left is not None:
            left -= 1
        elif learnt or len(right) == MOST:
            left, steps, in_time = LAST, len(right), learnt
    return steps, in_time, float(np.mean(right[-WATCHED:]))


def answered(model: RecallModel, gap: int, crowded: bool) -> list[float]:
    """Share of its questions answered in each text, through the exported graph."""
    session = onnxruntime.InferenceSession(build_graph(model.encoder).SerializeToString(), one_thread())
    generator, right = np.random.default_rng(gap), []
    for _ in range(TEXTS):
        *inputs, answers = texts(generator, gap, [crowded])
        with torch.no_grad():
            x = model.embed(*inputs).numpy()
            y = session.run(None, {"x": x, "mask": np.ones(x.shape[:2], np.float32), "block": np.array([BLOCK])})[0]
            logits = model.head(torch.from_numpy(y[:, -QUESTIONS:]))
        right.append((logits.argmax(-1) == answers).float().mean().item())
    return right


def one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    path = options.work / "recall.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def keep() -> None:
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    for seed, (pattern, reach) in ((seed, row) for seed in range(options.seeds) for row in ROWS):
        name = f"{pattern}, {reach}"
        state = options.work / f"recall {name} {seed}.pt".replace(":", "-")
        torch.manual_seed(seed)
        model = RecallModel(pattern, reach)
        row = found.setdefault(name, {"chance": 1 / VALUES, "parameters": model.encoder.size(), "runs": {}})
        if str(seed) in row["runs"]:
            model.load_state_dict(torch.load(state))
        else:
            start = time.process_time()
            steps, learnt, at_end = train(model, seed)
            torch.save(model.state_dict(), state)
            row["runs"][str(seed)] = {"seconds": time.process_time() - start, "steps": steps, "learnt": learnt, "at_end": at_end}
        for task in TASKS:
            by_gap = row["runs"][str(seed)].setdefault(task, {})
            for gap in ASKED:
                if str(gap) not in by_gap:
                    by_gap[str(gap)] = answered(model.eval(), gap, task == "crowded")
                    print(seed, name, task, gap, np.mean(by_gap[str(gap)]), flush=True)
                    keep()


if __name__ == "__main__":
    main()
