"""Stage 2: fine-tunes the upper layers on both heads at once, starting from the frozen encoder.

The lower layers stay as they are, so their states are computed once and kept. Emotion is held by its own former
answers, the teacher's and the labels, on a sample of GoEmotions train. Each fold leaves its authors out and gives
their logits; the shipped weights are the mean of the folds' weights, so all rows are in them. States and finished folds
are kept in WORK and not computed again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from crisis_head import HEADS, author_folds, fit_head, judged
from data import Corpus, add_arguments, batches, emotion_targets, open_tokenizer, pad_tensors, severity_targets, tokenise
from model import LAYERS, TextEncoder, load_released

SHARES = {"former": 0.5, "teacher": 0.3, "labels": 0.2}
EMOTION_LOSS, CRISIS_LOSS = 7.0, 1.0
HEAD_RATE, LAYER_DECAY, WARM_UP, LOG_EVERY = 5e-4, 0.9, 0.06, 20


class States:
    """States after the frozen layers, a ragged list of (T, D) float16 arrays, and pooled vectors (rows, D) float32."""

    def __init__(self, states: list[np.ndarray], pooled: np.ndarray) -> None:
        self.states, self.pooled = states, torch.from_numpy(pooled)
        self.lengths = np.array([len(row) for row in states])

    @classmethod
    def kept(cls, path: Path, model: TextEncoder, rows: list[np.ndarray], layers: int) -> States:
        """Those in `path`, or computed from token rows and written there."""
        if not path.exists():
            computed = cls.computed(model, rows, layers)
            np.savez(path, flat=np.concatenate(computed.states), lengths=computed.lengths, pooled=computed.pooled.numpy())
        stored = np.load(path)
        return cls(np.split(stored["flat"], np.cumsum(stored["lengths"])[:-1]), stored["pooled"])

    @classmethod
    def computed(cls, model: TextEncoder, rows: list[np.ndarray], layers: int) -> States:
        lengths = np.array([len(row) for row in rows])
        states: list[np.ndarray] = [np.empty(0)] * len(rows)
        pooled = np.zeros((len(rows), model.words.embedding_dim), np.float32)
        with torch.no_grad():
            for group in batches(lengths, 32):
                ids, mask = pad_tensors([rows[i] for i in group])
                lower = model.lower(ids, mask, layers)
                pooled[group] = model.upper(lower, mask, layers).numpy()
                for place, i in enumerate(group):
                    states[i] = lower[place, : lengths[i]].numpy().astype(np.float16)
        return cls(states, pooled)

    def batch(self, group: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """States (B, T, D) float32 and mask (B, T)."""
        width = self.lengths[group].max()
        states = np.zeros((len(group), width, self.pooled.shape[1]), np.float32)
        mask = np.zeros((len(group), width), np.float32)
        for place, i in enumerate(group):
            states[place, : self.lengths[i]], mask[place, : self.lengths[i]] = self.states[i], 1
        return torch.from_numpy(states), torch.from_numpy(mask)


class Task:
    """Cached states and soft targets (rows, n) of one head."""

    def __init__(self, head: str, states: States, targets: np.ndarray) -> None:
        self.head, self.states = head, states
        self.targets = torch.from_numpy(targets.astype(np.float32))

    def endless(self, rows: np.ndarray, size: int, generator: np.random.Generator):
        while True:
            yield from (rows[group] for group in batches(self.states.lengths[rows], size, generator))

    def loss(self, model: TextEncoder, group: np.ndarray, layers: int) -> torch.Tensor:
        states, mask = self.states.batch(group)
        vector = model.upper(states, mask, layers)
        vector = model.dropout(vector[:, None])[:, 0]
        return F.binary_cross_entropy_with_logits(model.heads[self.head](vector), self.targets[group])


def parameter_groups(model: TextEncoder, layers: int, rate: float) -> list[dict]:
    """Trained parameters with rates falling towards the lower layers; no weight decay on vectors."""
    groups = []
    for name, parameter in model.named_parameters():
        part = name.split(".")
        if part[0] == "heads":
            base = HEAD_RATE
        elif part[0] == "layers" and int(part[1]) >= layers:
            base = rate * LAYER_DECAY ** (LAYERS - 1 - int(part[1]))
        else:
            continue
        groups.append({"params": [parameter], "base": base, "weight_decay": 0.01 if parameter.ndim > 1 else 0.0})
    return groups


def fine_tune(
    model: TextEncoder, crisis: Task, others: list[tuple[Task, float, int]], rows: np.ndarray, options: argparse.Namespace
) -> None:
    """Trains in place, a batch of each task a step: crisis `rows`, and all rows of the others (task, loss weight, batch)."""
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    groups = parameter_groups(model, options.frozen_layers, options.rate)
    parameters = [p for group in groups for p in group["params"]]
    optimiser = torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98))
    steps = options.epochs * -(-len(rows) // options.crisis_batch)
    some_crisis = crisis.endless(rows, options.crisis_batch, generator)
    streams = [(task, weight, task.endless(np.arange(len(task.targets)), size, generator)) for task, weight, size in others]
    start, total = time.monotonic(), 0.0
    model.train()
    for step in range(steps):
        factor = min((step + 1) / (WARM_UP * steps), (steps - step) / (steps * (1 - WARM_UP)))
        for group in groups:
            group["lr"] = group["base"] * factor
        crisis_loss = crisis.loss(model, next(some_crisis), options.frozen_layers)
        loss = CRISIS_LOSS * crisis_loss
        for task, weight, stream in streams:
            loss = loss + weight * task.loss(model, next(stream), options.frozen_layers)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        total += float(crisis_loss.detach())
        if (step + 1) % LOG_EVERY == 0:
            print(f"step {step + 1}/{steps} crisis loss {total / LOG_EVERY:.4f} {time.monotonic() - start:.0f} s", flush=True)
            total = 0.0
    model.eval()


def crisis_logits(model: TextEncoder, crisis: Task, rows: np.ndarray, layers: int) -> np.ndarray:
    """(rows, 6) float64."""
    logits = np.zeros((len(rows), 6))
    with torch.no_grad():
        for group in batches(crisis.states.lengths[rows], 32):
            vector = model.upper(*crisis.states.batch(rows[group]), layers)
            logits[group] = model.heads["crisis"](vector).numpy()
    return logits


def start_from(released: dict, crisis: Task, rows: np.ndarray, severity: np.ndarray, strength: float) -> TextEncoder:
    """The released encoder with a crisis head fitted on the frozen states of `rows`."""
    model = TextEncoder(HEADS)
    model.load_state_dict(released)
    weight, bias = fit_head(crisis.states.pooled[rows].double().numpy(), severity[rows], strength)
    with torch.no_grad():
        model.heads["crisis"].weight.copy_(torch.from_numpy(weight))
        model.heads["crisis"].bias.copy_(torch.from_numpy(bias))
    return model


def make_tasks(options: argparse.Namespace, corpus: Corpus, model: TextEncoder) -> tuple[Task, Task]:
    tokenizer = open_tokenizer(options.base / "tokenizer.json")
    severity = np.array([row["severity"] for row in corpus.crisis_train])
    layers, path = options.frozen_layers, f"states-{options.frozen_layers}"
    rows = tokenise(tokenizer, corpus.crisis_train, 256)
    states = States.kept(options.work / f"{path}-crisis.npz", model, rows, layers)
    crisis = Task("crisis", states, severity_targets(severity))
    sample = np.random.default_rng(options.seed).choice(len(corpus.emotion_train), options.emotion_rows, replace=False)
    chosen = [corpus.emotion_train[i] for i in sample]
    path = f"{path}-emotion-{options.emotion_rows}-{options.seed}.npz"
    states = States.kept(options.work / path, model, tokenise(tokenizer, chosen, 64), layers)
    with torch.no_grad():
        former = torch.sigmoid(model.heads["emotion"](states.pooled)).numpy()
    teacher = 1 / (1 + np.exp(-corpus.emotion_teacher[sample]))
    parts = {"former": former, "teacher": teacher, "labels": emotion_targets(chosen)}
    return crisis, Task("emotion", states, sum(SHARES[name] * part for name, part in parts.items()))


def save_mean(path: Path, weights: list[dict], logits: np.ndarray, severity: np.ndarray) -> None:
    """PATH.pt with the mean of the folds' weights, PATH.npz with the left-out logits."""
    mean = {name: torch.stack([state[name] for state in weights]).mean(dim=0) for name in weights[0]}
    torch.save(mean, path.with_suffix(".pt"))
    np.savez(path.with_suffix(".npz"), logits=logits, severity=severity)


def add_training_arguments(parser: argparse.ArgumentParser, epochs: int, rate: float) -> None:
    add_arguments(parser)
    parser.add_argument("--soft-labels", type=Path, required=True, help="soft-labels.npz with the teacher's logits")
    parser.add_argument("--frozen-layers", type=int, default=3)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--crisis-batch", type=int, default=16)
    parser.add_argument("--emotion-batch", type=int, default=24)
    parser.add_argument("--emotion-rows", type=int, default=6000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_training_arguments(parser, epochs=6, rate=1e-4)
    parser.add_argument("--strength", type=float, default=0.1, help="of the fitted head that training starts from")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus = Corpus(options.data, options.soft_labels)
    model = load_released(options.base, options.minilm, HEADS)
    released = model.state_dict()
    crisis, emotion = make_tasks(options, corpus, model)
    severity = np.array([row["severity"] for row in corpus.crisis_train])
    fold, everything = author_folds(corpus.crisis_train, options.folds), np.arange(len(severity))
    logits, weights = np.zeros((len(severity), 6)), []
    for held in range(options.folds):
        path, out = options.work / f"joint-fold-{held}.pt", everything[fold == held]
        if not path.exists():
            rows = everything[fold != held]
            tuned = start_from(released, crisis, rows, severity, options.strength)
            before = crisis_logits(tuned, crisis, out, options.frozen_layers)
            fine_tune(tuned, crisis, [(emotion, EMOTION_LOSS, options.emotion_batch)], rows, options)
            after = crisis_logits(tuned, crisis, out, options.frozen_layers)
            for name, value in (("before", before), ("after", after)):
                figures = judged(value, severity[out])
                print(f"fold {held} {name}", {k: round(v, 3) for k, v in figures.items()}, flush=True)
            torch.save({"state": tuned.state_dict(), "logits": after}, path)
        finished = torch.load(path, weights_only=False)
        logits[out] = finished["logits"]
        weights.append(finished["state"])
    print("left out", judged(logits, severity), flush=True)
    save_mean(options.work / "joint", weights, logits, severity)


if __name__ == "__main__":
    main()
