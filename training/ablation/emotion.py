"""Quality of each pattern: GoEmotions from nothing but word embeddings, the same rows in the same order for all.

Targets are 0.6 of the teacher's probabilities and 0.4 of the labels. Dev figures: scaling and thresholds from one half
of the rows, scored on the other. Writes WORK/emotion.json, a pattern at a time, and goes on where it stopped.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import parts
import torch
import torch.nn.functional as F
from calibration import expected_f1_threshold, f1_scores, fit_platt, sigmoid
from data import normalised, open_tokenizer, pad_tensors, read_rows, tokenise
from encoder import PATTERNS, Encoder, learn
from heads import EMOTIONS, mean_of_real
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score
from torch import Tensor, nn

BATCH, RATE, TOKENS, HARD, DRAWS = 32, 1.5e-3, 48, 0.4, 200


class EmotionModel(nn.Module):
    """Words of MiniLM, kept as they are, through one of the encoders to the logits (B, 28) of a text's mean."""

    def __init__(self, pattern: str, words: Tensor) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(words)
        self.narrow = nn.Linear(words.shape[1], parts.model.WIDTH)
        self.encoder = Encoder(pattern)
        self.head = nn.Linear(parts.model.WIDTH, len(EMOTIONS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return mean_of_real(self.head(self.encoder(self.narrow(self.words(ids)), mask)), mask)


def targets_of(rows: list[dict]) -> np.ndarray:
    return np.array([[label in row["labels"] for label in EMOTIONS] for row in rows], np.float32)


def groups_of(lengths: np.ndarray, steps: int, seed: int) -> list[np.ndarray]:
    """`steps` batches of rows of similar length, the same for every pattern."""
    generator, groups = np.random.default_rng(seed), []
    while len(groups) < steps:
        order = generator.permutation(len(lengths))
        order = np.concatenate([part[np.argsort(lengths[part], kind="stable")] for part in np.array_split(order, len(order) // 2048)])
        parts_of = np.array_split(order, len(order) // BATCH)
        groups += [parts_of[i] for i in generator.permutation(len(parts_of))]
    return groups[:steps]


def train(model: EmotionModel, rows: list[np.ndarray], targets: np.ndarray, steps: int, seed: int) -> float:
    """Returns the last hundred steps' mean loss."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser, losses = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01), []
    for step, group in enumerate(groups_of(np.array([len(row) for row in rows]), steps, seed)):
        logits = model(*pad_tensors([rows[i] for i in group]))
        loss = F.binary_cross_entropy_with_logits(logits, torch.from_numpy(targets[group]))
        loss.backward()
        learn(parameters, step, steps, optimiser, RATE)
        losses.append(loss.item())
    return float(np.mean(losses[-100:]))


def predict(model: EmotionModel, rows: list[np.ndarray]) -> np.ndarray:
    order, logits = np.argsort([len(row) for row in rows], kind="stable"), np.zeros((len(rows), len(EMOTIONS)))
    with torch.no_grad():
        for group in np.array_split(order, len(order) // 64):
            logits[group] = model(*pad_tensors([rows[i] for i in group])).numpy()
    return logits


def interval(measure, rows: int) -> list[float]:
    """95 % bootstrap interval over rows."""
    generator = np.random.default_rng(0)
    values = [measure(generator.integers(0, rows, rows)) for _ in range(DRAWS)]
    return [float(v) for v in np.quantile(values, [0.025, 0.975])]


def figures(logits: np.ndarray, targets: np.ndarray) -> dict:
    half, decided = np.random.default_rng(0).permutation(len(targets)) % 2, np.zeros_like(targets)
    for side in (0, 1):
        a, b = fit_platt(logits[half != side], targets[half != side])
        p = sigmoid(logits * a + b)
        limits = np.array([expected_f1_threshold(column) for column in p[half != side].T])
        decided[half == side] = p[half == side] > limits
    macro = lambda rows: f1_scores(decided[rows], targets[rows])[0].mean()  # noqa: E731

    def mean_ap(rows: np.ndarray) -> float:
        return float(np.mean([average_precision_score(t, z) for t, z in zip(targets[rows].T, logits[rows].T) if t.any()]))

    every = np.arange(len(targets))
    return {
        "macro_f1": float(macro(every)), "macro_f1_interval": interval(macro, len(every)),
        "mean_ap": mean_ap(every), "mean_ap_interval": interval(mean_ap, len(every)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of goemotions.{train,dev}.jsonl.gz")
    parser.add_argument("--minilm", type=Path, required=True, help="folder with MiniLM-L6's model.safetensors")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--soft-labels", type=Path, required=True, help="soft-labels.npz with the teacher's logits")
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = open_tokenizer(options.tokenizer)
    train_rows, dev_rows = (read_rows(options.data, f"goemotions.{split}") for split in ("train", "dev"))
    soft = sigmoid(np.load(options.soft_labels)["goemotions_train"].astype(np.float32))
    seen = {normalised(row["text"]) for row in dev_rows}
    kept = [i for i, row in enumerate(train_rows) if normalised(row["text"]) not in seen]
    aims = (HARD * targets_of([train_rows[i] for i in kept]) + (1 - HARD) * soft[kept]).astype(np.float32)
    ids, dev_ids = (tokenise(tokenizer, rows, TOKENS) for rows in ([train_rows[i] for i in kept], dev_rows))
    state = load_file(options.minilm / "model.safetensors")
    words = next(v.float() for k, v in state.items() if k.endswith("word_embeddings.weight"))
    path = options.work / "emotion.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for pattern in PATTERNS:
        if pattern in found:
            continue
        torch.manual_seed(options.seed)
        model, start = EmotionModel(pattern, words), time.process_time()
        loss = train(model, ids, aims, options.steps, options.seed)
        seconds = time.process_time() - start
        found[pattern] = {
            "parameters": model.encoder.size(), "steps": options.steps, "rows_seen": options.steps * BATCH,
            "loss": loss, "seconds": seconds, **figures(predict(model.eval(), dev_ids), targets_of(dev_rows)),
        }  # fmt: skip
        print(pattern, found[pattern], flush=True)
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
