"""Stage 7: all layers once more, the token layers too, which so learn what is left of a word when two become one.

Comments are read for emotion and, by the larger encoder's word, for affect in one pass. Other tasks as in refine.py; the
head of the teacher's severity is dropped afterwards, what stays of it is in the states.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from heads import HEADS_OF_TEXT, SEVERITY_LEVELS
from joint import EMOTION_WEIGHT, SIZES, Mixture, train
from mixture import Feed
from model import TextEncoder
from optimiser import Trainer
from refine import AVERAGE, SHARES, TAUGHT, taught_affect
from states import Tokens
from tasks import Sets, joint_tasks, unseen

COMMENTS, EVERY, AFFECT_WEIGHT = 64, 2, 0.5
OTHERS = SHARES | {"unseen": 0.1}


class Thaw(Mixture):
    """Comments or passages at every step, another task at every second."""

    def __init__(self, feeds: dict[str, Feed], affect: np.ndarray, seed: int) -> None:
        super().__init__(feeds, OTHERS, seed)
        known = np.isfinite(affect)
        self.affect, self.known = (torch.from_numpy(part.astype(np.float32)) for part in (np.where(known, affect, 0), known))

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        loss = EMOTION_WEIGHT * self.loss_of(model, "passages") if step % 4 == 3 else self.comments(model)
        if step % EVERY == 0:
            loss = loss + self.loss_of(model, self.names[self.generator.choice(len(self.names), p=self.chances)])
        return loss

    def comments(self, model: TextEncoder) -> torch.Tensor:
        feed, group = self.feeds["emotion"], next(self.streams["emotion"])
        logits = model.logits(*feed.states.batch(group), ["emotion", "affect"])
        emotion, known = feed.loss(logits["emotion"], group), self.known[group]
        affect = (F.mse_loss(logits["affect"], self.affect[group], reduction="none") * known).sum() / known.sum().clamp(min=1)
        self.seen.setdefault("emotion", []).append(float(emotion.detach()))
        self.seen.setdefault("affect of comments", []).append(float(affect.detach()))
        return EMOTION_WEIGHT * emotion + AFFECT_WEIGHT * affect


def feeds_of(options: argparse.Namespace, model: TextEncoder, teacher: dict[str, np.ndarray]) -> dict[str, Feed]:
    sizes = SIZES | {"emotion": COMMENTS, "passages": COMMENTS, "crisis": 12}
    challenge, tokenizer = Challenge(), open_tokenizer(options.base / "tokenizer.json")
    sets, feeds = Sets(options.data, unseen(options.data, challenge)), {}
    taught = {"crisis": "rated", "user-posts": "unrated", "forum": "unseen"}
    for task in joint_tasks(sets, challenge, options.soft_labels, options.seed):
        if task.name not in sizes and task.name not in taught:
            continue
        states = Tokens(model, tokenise(tokenizer, [{"text": text} for text in task.texts], task.limit))
        if task.name == "affect":
            taught_affect(task, teacher["affect"])
        if task.name in sizes:
            feeds[task.name] = Feed(task, states, sizes[task.name], options.work)
        if task.name in taught:
            severity = replace(task, name=taught[task.name], head="severity", targets=teacher[task.name].astype(np.float32))
            feeds[severity.name] = Feed(severity, states, sizes.get(task.name, 12), options.work)
    return feeds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=1700)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = TextEncoder(HEADS_OF_TEXT | {"severity": SEVERITY_LEVELS - 1})
    model.load_state_dict(torch.load(options.work / "refine.pt"))
    teacher = dict(np.load(options.work / "teacher.npz"))
    affect = (teacher["comments"] - teacher["affect"].mean(axis=0)) / teacher["affect"].std(axis=0)
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=AVERAGE, lowest=0)
    train(trainer, Thaw(feeds_of(options, model, teacher), affect, options.seed + 3), options.work / "thaw-kept.pt")
    kept = {name: value for name, value in model.state_dict().items() if not name.startswith("heads.severity.")}
    torch.save(kept, options.work / "thaw.pt")


if __name__ == "__main__":
    main()
