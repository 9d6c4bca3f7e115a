"""Quality of each pattern: GoEmotions from nothing but word embeddings, the same rows in the same order for all.

Targets are 0.6 of the teacher's probabilities and 0.4 of the labels; products in bf16. Dev figures: scaling and thresholds
from one half of the rows, scored on the other. Every pattern is trained from each seed, which sets the weights and the
order of rows. Writes WORK/emotion.json, a run at a time, and goes on where it stopped.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import parts

parts.resize(width=96, heads=3, block=64)

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from calibration import expected_f1_threshold, fit_platt, sigmoid  # noqa: E402
from data import normalised, open_tokenizer, pad_tensors, read_rows, tokenise  # noqa: E402
from encoder import PATTERNS, Encoder, learn, optimiser_of, warm_cosine  # noqa: E402
from heads import EMOTIONS, mean_of_real  # noqa: E402
from intervals import average_precisions, f1s, of_mean, row_weights  # noqa: E402
from safetensors.torch import load_file  # noqa: E402
from torch import Tensor, nn  # noqa: E402

BATCH, RATE, TOKENS, HARD = 32, 1.5e-3, 48, 0.4


class EmotionModel(nn.Module):
    """Words of MiniLM, kept as they are, through one of the encoders to the logits (B, 28) of a text's mean.

    rates: share of rows with each label, where the logits start.
    """

    def __init__(self, pattern: str, words: Tensor, rates: np.ndarray) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(words)
        self.narrow = nn.Sequential(nn.Linear(words.shape[1], parts.model.WIDTH), nn.LayerNorm(parts.model.WIDTH))
        self.encoder = Encoder(pattern)
        self.head = nn.Linear(parts.model.WIDTH, len(EMOTIONS))
        with torch.no_grad():
            self.head.bias.copy_(torch.from_numpy(np.log(rates / (1 - rates))))

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
    optimiser, losses = optimiser_of(parameters), []
    for step, group in enumerate(groups_of(np.array([len(row) for row in rows]), steps, seed)):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*pad_tensors([rows[i] for i in group]))
        loss = F.binary_cross_entropy_with_logits(logits.float(), torch.from_numpy(targets[group]))
        loss.backward()
        learn(parameters, optimiser, RATE * warm_cosine(step, steps))
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            print(step + 1, np.mean(losses[-50:]), flush=True)
    return float(np.mean(losses[-100:]))


def predict(model: EmotionModel, rows: list[np.ndarray]) -> np.ndarray:
    order, logits = np.argsort([len(row) for row in rows], kind="stable"), np.zeros((len(rows), len(EMOTIONS)))
    with torch.no_grad():
        for group in np.array_split(order, len(order) // 64):
            logits[group] = model(*pad_tensors([rows[i] for i in group])).numpy()
    return logits


def decisions(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    half, decided = np.random.default_rng(0).permutation(len(targets)) % 2, np.zeros_like(targets)
    for side in (0, 1):
        a, b = fit_platt(logits[half != side], targets[half != side])
        p = sigmoid(logits * a + b)
        limits = np.array([expected_f1_threshold(column) for column in p[half != side].T])
        decided[half == side] = p[half == side] > limits
    return decided


def figures(runs: list[np.ndarray], targets: np.ndarray) -> dict:
    """Of one pattern: each run's figures, and what its runs reach on average with the 95 % interval over rows."""
    weights = row_weights(len(targets))
    f1 = [f1s(decisions(logits, targets), targets, weights).mean(axis=1) for logits in runs]
    ap = [average_precisions(logits, targets, weights).mean(axis=1) for logits in runs]
    return {"macro_f1": of_mean(f1), "mean_ap": of_mean(ap)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of goemotions.{train,dev}.jsonl.gz")
    parser.add_argument("--minilm", type=Path, required=True, help="folder with MiniLM-L6's model.safetensors")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--soft-labels", type=Path, required=True, help="soft-labels.npz with the teacher's logits")
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    parser.add_argument("--steps", type=int, default=350)
    parser.add_argument("--seeds", type=int, default=3)
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
    targets, path = targets_of(dev_rows), options.work / "emotion.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for seed, pattern in ((seed, pattern) for seed in range(options.seeds) for pattern in PATTERNS):
        row = found.setdefault(pattern, {"steps": options.steps, "rows_seen": options.steps * BATCH, "losses": {}})
        if str(seed) in row["losses"]:
            continue
        torch.manual_seed(seed)
        model, start = EmotionModel(pattern, words, aims.mean(axis=0)), time.process_time()
        loss = train(model, ids, aims, options.steps, seed)
        row |= {"parameters": model.encoder.size(), "seconds": time.process_time() - start}
        logits = lambda seed: options.work / f"emotion {pattern} {seed}.npy".replace(":", "-")  # noqa: E731
        np.save(logits(seed), predict(model.eval(), dev_ids))
        row["losses"][str(seed)] = loss
        row |= figures([np.load(logits(seed)) for seed in row["losses"]], targets)
        print(seed, pattern, row, flush=True)
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
