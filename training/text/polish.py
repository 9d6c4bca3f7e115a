"""Stage 4: emotion once more, in larger batches, while the other tasks come at every third step to keep what they have.

Pairs of tokens cost emotion more than the other heads: a comment is short, and a word may decide it.
"""

from __future__ import annotations

import argparse

import torch
from data import add_arguments
from joint import EMOTION_WEIGHT, SHARES, SIZES, Mixture, train
from mixture import Feed
from model import TextEncoder, load_released, open_checkpoint
from optimiser import Trainer
from pairs import states_of

COMMENTS, EVERY = 64, 3


class Polish(Mixture):
    """Comments at every step, another task at every third."""

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        loss = EMOTION_WEIGHT * self.loss_of(model, "passages" if step % 4 == 3 else "emotion")
        if step % EVERY == 0:
            loss = loss + self.loss_of(model, self.names[self.generator.choice(len(self.names), p=self.chances)])
        return loss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    sizes = SIZES | {"emotion": COMMENTS, "passages": COMMENTS}
    found = states_of(options, load_released(options.base, options.minilm), [*sizes])
    model = open_checkpoint(options.work / "joint.pt")
    feeds = {name: Feed(task, states, sizes[name], options.work) for name, (task, states) in found.items()}
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=0.99)
    train(trainer, Polish(feeds, SHARES, options.seed + 1), options.work / "polish-kept.pt")
    torch.save(model.state_dict(), options.work / "polish.pt")


if __name__ == "__main__":
    main()
