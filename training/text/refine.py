"""Stage 6: all tasks once more, with the larger encoder's word on severity and affect.

Severity of forum posts is learnt through a head of its own from the teacher alone, never from a post's own rating. Affect
takes half of each target from the teacher: a text has few raters.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import torch
from data import add_arguments
from heads import HEADS_OF_TEXT, SEVERITY_LEVELS
from joint import EMOTION_WEIGHT, SIZES, Mixture, train
from mixture import Feed
from model import TextEncoder, load_released, open_checkpoint
from optimiser import Trainer
from pairs import states_of
from tasks import Task

TAUGHT = {"rated": "crisis", "unrated": "user-posts"}  # feeds of the severity head, and whose texts they are
SHARES = {"rated": 0.12, "unrated": 0.2, "affect": 0.2, "loneliness": 0.1, "stress": 0.08, "challenge": 0.15, "plain": 0.04,
          "user-posts": 0.03, "calm": 0.03, "buried": 0.05}  # fmt: skip
RATINGS_SHARE = 0.5  # of an affect target
AVERAGE = 0.995


class Refine(Mixture):
    """Comments and another task at every step."""

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        other = self.names[self.generator.choice(len(self.names), p=self.chances)]
        return EMOTION_WEIGHT * self.loss_of(model, "passages" if step % 4 == 3 else "emotion") + self.loss_of(model, other)


def taught_affect(task: Task, said: np.ndarray) -> None:
    """Ratings (rows, 3) become their mean with what the teacher said, in the spread of the ratings."""
    said = (said - said.mean(axis=0)) / said.std(axis=0) * task.targets.std(axis=0) + task.targets.mean(axis=0)
    task.targets = RATINGS_SHARE * task.targets + (1 - RATINGS_SHARE) * said


def feeds_of(options: argparse.Namespace) -> dict[str, Feed]:
    sizes = SIZES | {"emotion": 48, "passages": 48, "crisis": 12}
    found = states_of(options, load_released(options.base, options.minilm), [*sizes])
    teacher = np.load(options.work / "teacher.npz")
    taught_affect(found["affect"][0], teacher["affect"])
    feeds = {name: Feed(task, states, sizes[name], options.work) for name, (task, states) in found.items()}
    for name, posts in TAUGHT.items():
        one, states = found[posts]
        taught = replace(one, name=name, head="severity", targets=teacher[posts].astype(np.float32))
        feeds[name] = Feed(taught, states, sizes[posts], options.work)
    return feeds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=1900)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = TextEncoder(HEADS_OF_TEXT | {"severity": SEVERITY_LEVELS - 1})
    model.load_state_dict(open_checkpoint(options.work / "polish.pt").state_dict(), strict=False)
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=AVERAGE)
    train(trainer, Refine(feeds_of(options), SHARES, options.seed + 2), options.work / "refine-kept.pt")
    torch.save(model.state_dict(), options.work / "refine.pt")


if __name__ == "__main__":
    main()
