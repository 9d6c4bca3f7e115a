"""Batches of the joint training: which task comes next, its rows, and what each task's loss is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from data import batches
from heads import SEVERITY_LEVELS
from tasks import Task
from tokens import Tokens
from torch import Tensor

LABELS_SHARE = 0.4  # of an emotion target; the rest is the mean of what teachers say
RANK_MARGIN = 1.5
BURIED_TOKENS = 640


def emotion_target(task: Task, released: np.ndarray, larger: np.ndarray | None = None) -> np.ndarray:
    """Soft targets (rows, 28) from the labels, where there are any, the teacher, the released model and the larger encoder.

    released and larger are logits (rows, 28); larger is NaN where that encoder was not asked.
    """
    classes = released.shape[1]
    said = [released] + ([] if task.loss == "released" else [task.targets[:, -classes:]]) + ([] if larger is None else [larger])
    soft = np.nanmean([1 / (1 + np.exp(-logits)) for logits in said], axis=0)
    if task.loss == "taught":
        soft = LABELS_SHARE * task.targets[:, :classes] + (1 - LABELS_SHARE) * soft
    return soft.astype(np.float32)


class Feed:
    """One task with its tokens: an endless stream of batches, and the loss of a batch."""

    def __init__(self, task: Task, tokens: Tokens, size: int, work: Path, larger: np.ndarray | None = None) -> None:
        """larger: the larger encoder's logits of emotion, (rows, 28)."""
        self.task, self.tokens, self.size = task, tokens, size
        self.rows = np.arange(len(task.texts))
        targets = task.targets
        if task.loss in ("taught", "teacher", "released"):
            targets = emotion_target(task, np.load(work / f"released-{task.name}.npy"), larger)
        if task.loss == "squares":
            targets = (targets - targets.mean(axis=0)) / targets.std(axis=0)
        self.targets = torch.from_numpy(targets.astype(np.float32))
        known = np.ones(targets.shape, np.float32) if task.known is None else task.known
        self.known = torch.from_numpy(known)

    def endless(self, generator: np.random.Generator) -> Iterator[np.ndarray]:
        if self.task.name == "challenge":  # a sign stays beside its look-alike
            pairs = self.rows[::2] // 2
            while True:
                for group in batches(self.tokens.lengths[pairs * 2], self.size // 2, generator):
                    yield np.stack([pairs[group] * 2, pairs[group] * 2 + 1], axis=1).reshape(-1)
        while True:
            yield from (self.rows[group] for group in batches(self.tokens.lengths[self.rows], self.size, generator))

    def loss(self, logits: Tensor, group: np.ndarray) -> Tensor:
        """logits (B, n) of the task's head -> a number."""
        target, known = self.targets[group], self.known[group]
        if self.task.loss in ("squares", "said"):
            return F.mse_loss(logits, target)
        if self.task.loss == "deviations":
            level, said = logits.mean(dim=-1), target.mean(dim=-1)
            return F.smooth_l1_loss(level - level.mean(), said - said.mean())
        if self.task.loss == "classes":
            return -(target * F.log_softmax(logits, dim=-1)).sum(dim=-1).mean()
        each = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        loss = (each * known).sum() / known.sum().clamp(min=1)
        if self.task.name == "challenge":
            level = logits.mean(dim=-1)
            loss = loss + F.softplus(RANK_MARGIN - (level[::2] - level[1::2])).mean()
        return loss


class Buried:
    """A short text that speaks of a crisis somewhere in a long run of calm comments, and such runs without one.

    Each piece keeps its marks of beginning and end, which only say where the seams are.
    """

    name = "buried"

    def __init__(self, calm: Feed, short: list[Feed], size: int) -> None:
        self.calm, self.size = calm, size
        self.short = [(feed, row) for feed in short for row in feed.rows if feed.tokens.lengths[row] <= 96]

    def batch(self, generator: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """States (B, T, D), mask (B, T) and targets (B, 6)."""
        rows, targets = [], []
        for place in range(self.size):
            pieces, tokens = [], 0
            while tokens < BURIED_TOKENS * generator.uniform(0.5, 1):
                row = generator.choice(self.calm.rows)
                pieces.append(self.calm.tokens.row(row))
                tokens += len(pieces[-1])
            target = np.zeros(SEVERITY_LEVELS - 1, np.float32)
            if place % 2 == 0:
                feed, row = self.short[generator.integers(len(self.short))]
                pieces.insert(int(generator.integers(len(pieces) + 1)), feed.tokens.row(row))
                target = feed.targets[row].numpy()
            rows.append(np.concatenate(pieces))
            targets.append(target)
        return *self.calm.tokens.padded(rows), torch.from_numpy(np.stack(targets))
