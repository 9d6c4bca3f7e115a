"""Stage 2: all layers and the heads of emotion, affect, loneliness, crisis and stress are trained together.

Every step takes comments, passages or segments; every second also a batch of another task. What a larger encoder says comes in
by refine.py, posts rated for severity only by crisis_head.py, which leaves their authors out fold by fold. Resumable: a
checkpoint every few minutes in WORK.
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
from pairs import tokens_of

EMOTION_WEIGHT = 10.0
EMOTION_TURNS = ("emotion", "passages", "emotion", "segments")  # of the steps, in turn
EVERY = 2
SIZES = {"emotion": 64, "passages": 48, "segments": 64, "affect": 64, "calm": 16, "challenge": 24, "plain": 16, "user-posts": 12,
         "stress": 12, "loneliness": 12}  # fmt: skip
SHARES = {"loneliness": 0.15, "stress": 0.12, "affect": 0.26, "challenge": 0.24, "user-posts": 0.07, "calm": 0.04, "plain": 0.06,
          "buried": 0.06}  # fmt: skip
AVERAGE = 0.998
LOG_EVERY, KEEP_EVERY = 50, 200


class Mixture:
    """Draws tasks by their shares and gives the loss of one step."""

    turns = EMOTION_TURNS

    def __init__(self, feeds: dict[str, Feed], shares: dict[str, float], seed: int) -> None:
        self.feeds, self.names = feeds, list(shares)
        self.chances = np.array(list(shares.values())) / sum(shares.values())
        self.generator = np.random.default_rng(seed)
        self.streams = {name: feed.endless(self.generator) for name, feed in feeds.items()}
        self.buried = Buried(feeds["calm"], [feeds["challenge"], feeds["plain"]], 4)
        self.seen: dict[str, list[float]] = {}

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        loss = self.emotion_loss(model, self.turns[step % len(self.turns)])
        if step % EVERY == 0:
            loss = loss + self.loss_of(model, self.names[self.generator.choice(len(self.names), p=self.chances)])
        return loss

    def emotion_loss(self, model: TextEncoder, name: str) -> torch.Tensor:
        return EMOTION_WEIGHT * self.loss_of(model, name)

    def loss_of(self, model: TextEncoder, name: str) -> torch.Tensor:
        if name == "buried":
            states, mask, target = self.buried.batch(self.generator)
            loss = F.binary_cross_entropy_with_logits(model.logits(states, mask, ["crisis"])["crisis"].float(), target)
        else:
            feed, group = self.feeds[name], next(self.streams[name])
            logits = model.logits(*feed.tokens.batch(group), [feed.task.head])[feed.task.head]
            loss = feed.loss(logits.float(), group)
        self.note(name, loss)
        return loss

    def note(self, name: str, loss: torch.Tensor) -> None:
        self.seen.setdefault(name, []).append(float(loss.detach()))

    def report(self) -> str:
        shown = " ".join(f"{name} {np.mean(values):.3f}" for name, values in sorted(self.seen.items()))
        self.seen.clear()
        return shown


def train(trainer: Trainer, mixture: Mixture, kept: Path) -> None:
    """All steps of `trainer`, from a checkpoint at `kept` where there is one; ends with the averaged weights."""
    if kept.exists():
        trainer.load(torch.load(kept, weights_only=False))
        mixture.generator = np.random.default_rng([trainer.done])
        print("resumed at step", trainer.done, flush=True)
    start = time.monotonic()
    trainer.model.train()
    while trainer.done < trainer.steps:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = mixture.loss(trainer.model, trainer.done)
        trainer.step(loss)
        if trainer.done % LOG_EVERY == 0:
            print(f"step {trainer.done}/{trainer.steps} {time.monotonic() - start:.0f} s {mixture.report()}", flush=True)
        if trainer.done % KEEP_EVERY == 0:
            torch.save(trainer.state(), kept)
    trainer.use_average()
    trainer.model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = load_released(options.base, options.minilm)
    model.load_state_dict(torch.load(options.work / "pairs.pt"))
    found = tokens_of(options, model, [*SIZES])
    feeds = {name: Feed(task, tokens, SIZES[name], options.work) for name, (task, tokens) in found.items()}
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=AVERAGE)
    train(trainer, Mixture(feeds, SHARES, options.seed), options.work / "joint-kept.pt")
    torch.save(model.state_dict(), options.work / "joint.pt")


if __name__ == "__main__":
    main()
