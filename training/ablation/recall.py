"""Recall of a detail placed far back: facts at the start of a text, filler, then questions at its end.

A fact is one token that carries a key and a value; a question is one token that carries a key, its answer the value.
Nothing but the facts tells the answer; chance is 1 in VALUES. Trained with gaps of up to TRAIN_GAP tokens, asked with far
longer ones. Shapes: B texts, T tokens. Writes WORK/recall.json, a row at a time, and goes on where it stopped.
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
from encoder import Encoder, learn  # noqa: E402
from torch import Tensor, nn  # noqa: E402

KEYS, VALUES, FILLERS, FACTS, QUESTIONS = 8, 8, 24, 4, 8
FACT_ROOM, TRAIN_GAP, BATCH, RATE = 64, 96, 8, 2e-3
BLOCK = 32
ASKED = (64, 256, 1024, 4096)
# (pattern, reach): beyond the window, attention sees landmarks, everything, or nothing.
ROWS = (
    ("5:1", "window and landmarks"), ("5:1", "all tokens"), ("SSM only", "all tokens"), ("attention only", "all tokens"),
    ("5:1", "window"), ("3:1", "all tokens"), ("11:1", "all tokens"),
)  # fmt: skip


def texts(generator: np.random.Generator, count: int, gap: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Keys (B, T), values (B, T), fillers (B, T), each 0 where there is none, and answers (B, QUESTIONS) from 0."""
    tokens = -(-(FACT_ROOM + gap + QUESTIONS) // BLOCK) * BLOCK
    keys, values = np.zeros((2, count, tokens), np.int64)
    fillers, answers = generator.integers(1, FILLERS + 1, (count, tokens)), np.zeros((count, QUESTIONS), np.int64)
    for row in range(count):
        at = generator.choice(FACT_ROOM, FACTS, replace=False)
        key, value = generator.choice(KEYS, FACTS, replace=False) + 1, generator.integers(1, VALUES + 1, FACTS)
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


def train(model: RecallModel, steps: int, seed: int) -> float:
    """Returns the mean share answered over the last fifty steps."""
    parameters, generator, right = list(model.parameters()), np.random.default_rng(seed), []
    optimiser = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    for step in range(steps):
        *inputs, answers = texts(generator, BATCH, int(generator.integers(8, TRAIN_GAP + 1)))
        logits = model(*inputs)
        F.cross_entropy(logits.flatten(0, 1), answers.flatten()).backward()
        learn(parameters, step, steps, optimiser, RATE)
        right.append((logits.argmax(-1) == answers).float().mean().item())
    return float(np.mean(right[-50:]))


def answered(model: RecallModel, gap: int, count: int) -> dict:
    """Share of questions answered through the exported graph, with its 95 % bootstrap interval over texts."""
    session = onnxruntime.InferenceSession(build_graph(model.encoder).SerializeToString(), one_thread())
    generator, right = np.random.default_rng(gap), []
    for _ in range(count):
        *inputs, answers = texts(generator, 1, gap)
        with torch.no_grad():
            x = model.embed(*inputs).numpy()
            y = session.run(None, {"x": x, "mask": np.ones(x.shape[:2], np.float32), "block": np.array([BLOCK])})[0]
            logits = model.head(torch.from_numpy(y[:, -QUESTIONS:]))
        right.append((logits.argmax(-1) == answers).float().mean().item())
    drawn = np.random.default_rng(0).choice(right, (1000, count)).mean(axis=1)
    return {"share": float(np.mean(right)), "interval": [float(v) for v in np.quantile(drawn, [0.025, 0.975])]}


def one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--texts", type=int, default=16, help="texts asked at each distance, eight questions each")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    path = options.work / "recall.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for pattern, reach in ROWS:
        name = f"{pattern}, {reach}"
        if name in found:
            continue
        torch.manual_seed(options.seed)
        model, start = RecallModel(pattern, reach), time.process_time()
        trained = train(model, options.steps, options.seed)
        found[name] = {
            "parameters": model.encoder.size(), "steps": options.steps, "while_training": trained,
            "seconds": time.process_time() - start, "chance": 1 / VALUES,
        }  # fmt: skip
        torch.save(model.state_dict(), options.work / f"recall {name}.pt".replace(":", "-"))
        found[name]["by_gap"] = {str(gap): answered(model.eval(), gap, options.texts) for gap in ASKED}
        print(name, found[name], flush=True)
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
