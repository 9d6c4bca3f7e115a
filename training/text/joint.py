"""Stage 3: the upper layers and the heads of emotion, affect, loneliness, crisis and stress are trained together.

Every step takes a batch of comments or passages and a batch of another task. Rated posts of the crisis set come in only
in the next stage, which leaves their authors out fold by fold. Resumable: a checkpoint every few minutes in WORK.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from data import add_arguments
from mixture import Buried, Feed
from model import TextEncoder, load_released
from optimiser import Trainer
from pairs import states_of

EMOTION_WEIGHT = 10.0
SIZES = {"emotion": 32, "passages": 32, "affect": 64, "calm": 16, "challenge": 24, "plain": 16, "user-posts": 12, "stress": 12,
         "loneliness": 12, "crisis": 16}  # fmt: skip
SHARES = {"loneliness": 0.20, "stress": 0.15, "affect": 0.28, "challenge": 0.13, "user-posts": 0.09, "calm": 0.04, "plain": 0.04,
          "buried": 0.07}  # fmt: skip
LOG_EVERY, KEEP_EVERY = 50, 200


class Mixture:
    """Draws tasks by their shares and gives the loss of one step."""

    def __init__(self, feeds: dict[str, Feed], shares: dict[str, float], seed: int) -> None:
        self.feeds, self.names = feeds, list(shares)
        self.chances = np.array(list(shares.values())) / sum(shares.values())
        self.generator = np.random.default_rng(seed)
        self.streams = {name: feed.endless(self.generator) for name, feed in feeds.items()}
        self.buried = Buried(feeds["calm"], [feeds["challenge"], feeds["plain"]], 4)
        self.seen: dict[str, list[float]] = {}

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        comments = "passages" if step % 4 == 3 else "emotion"
        other = self.names[self.generator.choice(len(self.names), p=self.chances)]
        return EMOTION_WEIGHT * self.loss_of(model, comments) + self.loss_of(model, other)

    def loss_of(self, model: TextEncoder, name: str) -> torch.Tensor:
        if name == "buried":
            states, mask, target = self.buried.batch(self.generator)
            loss = F.binary_cross_entropy_with_logits(model.logits(states, mask, ["crisis"])["crisis"], target)
        else:
            feed, group = self.feeds[name], next(self.streams[name])
            logits = model.logits(*feed.states.batch(group), [feed.task.head])[feed.task.head]
            loss = feed.loss(logits, group)
        self.seen.setdefault(name, []).append(float(loss.detach()))
        return loss

    def report(self) -> str:
        shown = " ".join(f"{name} {np.mean(values):.3f}" for name, values in sorted(self.seen.items()))
        self.seen.clear()
        return shown


def train(trainer: Trainer, mixture: Mixture, kept: Path | None = None) -> None:
    """All steps of `trainer`, from a checkpoint at `kept` where there is one; ends with the averaged weights."""
    if kept is not None and kept.exists():
        trainer.load(torch.load(kept, weights_only=False))
        mixture.generator = np.random.default_rng([trainer.done])
        print("resumed at step", trainer.done, flush=True)
    start = time.monotonic()
    trainer.model.train()
    while trainer.done < trainer.steps:
        trainer.step(mixture.loss(trainer.model, trainer.done))
        if trainer.done % LOG_EVERY == 0:
            print(f"step {trainer.done}/{trainer.steps} {time.monotonic() - start:.0f} s {mixture.report()}", flush=True)
        if kept is not None and trainer.done % KEEP_EVERY == 0:
            torch.save(trainer.state(), kept)
    trainer.use_average()
    trainer.model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=3200)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = load_released(options.base, options.minilm)
    found = states_of(options, model, [*SIZES])
    model.load_state_dict(torch.load(options.work / "pairs.pt"))
    feeds = {name: Feed(task, states, SIZES[name], options.work) for name, (task, states) in found.items()}
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=0.998)
    train(trainer, Mixture(feeds, SHARES, options.seed), options.work / "joint-kept.pt")
    torch.save(model.state_dict(), options.work / "joint.pt")


if __name__ == "__main__":
    main()
