"""Stage 5: all layers and tasks once more, with the larger encoder's word on affect and severity.

Affect is learnt from EmoBank's ratings, from prose of the kinds that EmoBank holds and from comments and segments. Severity of
forum posts is learnt through a head of its own from the teacher alone, never from a post's own rating; it is dropped
afterwards, what stays of it is in the states. Comments and segments are read for emotion and affect in one pass. With `--from narrow`
it trains longer, after narrow.py; with `--also emotion distress` on what larger encoders say of these too, with `gathered` on the
texts of gather.py, and on situations and tweets that have other labels, through heads that are dropped afterwards.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from calibration import sigmoid
from challenge import Challenge
from data import add_arguments, open_tokenizer, read_rows, tokenise
from gather import gathered
from heads import HEADS_OF_TEXT, SEVERITY_LEVELS
from joint import AVERAGE, EMOTION_TURNS, EMOTION_WEIGHT, EVERY, SIZES, Mixture, train
from mixture import Feed
from model import TextEncoder
from optimiser import Trainer
from pairs import tokens_of
from tasks import Sets, Task, texts, unseen
from tokens import Tokens

TAUGHT = {"rated": "crisis", "unrated": "user-posts", "unseen": "forum"}  # feeds of the severity head, and whose texts they are
SHARES = {"rated": 0.08, "unrated": 0.1, "unseen": 0.08, "affect": 0.24, "loneliness": 0.09, "stress": 0.07, "challenge": 0.17,
          "plain": 0.05, "user-posts": 0.04, "calm": 0.03, "buried": 0.05}  # fmt: skip
RATINGS_SHARE = 0.6  # of an affect target
SNIPPETS_SHARE = 0.5  # that ratings of snippets have in the valence of their rows
AFFECT_WEIGHT, PROSE_SIZE = 0.6, 64
# What the teacher of distress says: share, and rows a step.
DISTRESS = {"crisis of quiet": (0.3, 32), "stress of distress": (0.03, 12), "stress of forum": (0.03, 12),
            "loneliness of distress": (0.02, 12), "loneliness of forum": (0.03, 12)}  # fmt: skip
# With what gather.py found: turns of the emotion head, and share and rows a step of other labels of feelings.
GATHERED_TURNS = ("emotion", "gathered", "passages", "gathered", "emotion", "gathered", "segments", "gathered")
KINDS = {"situations": (0.1, 48), "tweets": (0.06, 48)}
CALM, CALM_LEVEL = 1_500, 0.05  # comments beside the quiet signs, and which quantile of what is said of these they get


class Refine(Mixture):
    """As the joint training; comments and segments teach affect too, as far as the teacher was asked.

    Prose comes at every step that has no other task.
    """

    def __init__(self, feeds: dict[str, Feed], said: dict[str, np.ndarray], seed: int) -> None:
        super().__init__(feeds, SHARES | {name: share for name, (share, _) in (DISTRESS | KINDS).items() if name in feeds}, seed)
        self.turns = GATHERED_TURNS if "gathered" in feeds else EMOTION_TURNS
        self.said = {name: torch.from_numpy(values) for name, values in said.items()}

    def loss(self, model: TextEncoder, step: int) -> torch.Tensor:
        loss = super().loss(model, step)
        return loss if step % EVERY == 0 else loss + self.loss_of(model, "prose")

    def emotion_loss(self, model: TextEncoder, name: str) -> torch.Tensor:
        if name not in self.said:
            return super().emotion_loss(model, name)
        feed, group = self.feeds[name], next(self.streams[name])
        logits, said = model.logits(*feed.tokens.batch(group), ["emotion", "affect"]), self.said[name][group]
        known = torch.isfinite(said).float()
        each = F.mse_loss(logits["affect"].float(), said.nan_to_num(), reduction="none") * known
        emotion, affect = feed.loss(logits["emotion"].float(), group), each.sum() / known.sum().clamp(min=1)
        self.note(name, emotion), self.note(f"affect of {name}", affect)
        return EMOTION_WEIGHT * emotion + AFFECT_WEIGHT * affect


def taught_affect(task: Task, said: np.ndarray) -> None:
    """Ratings (rows, 3) become their mean with what the teacher said, in the spread of the ratings."""
    ratings = (task.targets - task.targets.mean(axis=0)) / task.targets.std(axis=0)
    task.targets = RATINGS_SHARE * ratings + (1 - RATINGS_SHARE) * said


def prose_targets(said: np.ndarray, ratings: np.ndarray) -> np.ndarray:
    """What the teacher said (rows, 3); where people rated a snippet, NaN elsewhere, they have their share in its valence."""
    targets, rated = said.copy(), np.isfinite(ratings)
    valence, ratings = said[rated, 0], ratings[rated]
    as_valence = (ratings - ratings.mean()) / ratings.std() * valence.std() + valence.mean()
    targets[rated, 0] = SNIPPETS_SHARE * as_valence + (1 - SNIPPETS_SHARE) * valence
    return targets


def prose_feed(options: argparse.Namespace, model: TextEncoder, said: np.ndarray) -> Feed:
    rows = read_rows(options.work, "prose")
    ratings = np.array([row.get("rating", np.nan) for row in rows], np.float32)
    tokens = Tokens(model, tokenise(open_tokenizer(options.base / "tokenizer.json"), rows, 96))
    return Feed(Task("prose", "affect", "said", texts(rows), prose_targets(said, ratings)), tokens, PROSE_SIZE, options.work)


def with_calm(task: Task, tokens: Tokens, calm: Tokens) -> tuple[Task, Tokens]:
    """Comments that nothing is wrong with join the quiet signs, at a level that few of these are below."""
    level = np.quantile(task.targets, CALM_LEVEL, axis=0, keepdims=True).repeat(CALM, axis=0)
    rows = tokens.rows + calm.rows[:CALM]
    return replace(task, texts=[""] * len(rows), targets=np.concatenate([task.targets, level])), Tokens(tokens.model, rows)


def gathered_feeds(options: argparse.Namespace, model: TextEncoder, larger: np.ndarray) -> dict[str, Feed]:
    sets, tokenizer = Sets(options.data, unseen(options.data, Challenge())), open_tokenizer(options.base / "tokenizer.json")
    tasks = [(gathered(options.work), 64, larger)] + [(sets.kinds(name), size, None) for name, (_, size) in KINDS.items()]
    found = {}
    for task, size, said in tasks:
        rows = tokenise(tokenizer, [{"text": text} for text in task.texts], task.limit)
        found[task.name] = Feed(task, Tokens(model, rows), size, options.work, said)
    return found


def feeds_of(options: argparse.Namespace, model: TextEncoder, said: dict[str, dict[str, np.ndarray]]) -> dict[str, Feed]:
    """said: by what was asked, then by set."""
    sizes = SIZES | {"crisis": 12, "forum": 12} | ({"distress": 12, "quiet": 32} if "distress" in said else {})
    found, emotion = tokens_of(options, model, [*sizes]), said.get("emotion", {})
    taught_affect(found["affect"][0], said["affect"]["affect"])
    feeds = {name: Feed(*found[name], SIZES[name], options.work, emotion.get(name)) for name in SIZES}
    feeds["prose"] = prose_feed(options, model, said["affect"]["prose"])
    for name, posts in TAUGHT.items():
        task, tokens = found[posts]
        taught = replace(task, name=name, head="severity", loss="binary", targets=said["severity"][posts].astype(np.float32))
        feeds[name] = Feed(taught, tokens, sizes[posts], options.work)
    for name, logits in said.get("distress", {}).items():
        head, posts = name.split(" of ")
        task, tokens = found[posts]
        task = replace(task, name=name, head=head, targets=logits if task.loss == "deviations" else sigmoid(logits))
        if task.loss == "deviations":
            task, tokens = with_calm(task, tokens, found["calm"][1])
        feeds[name] = Feed(task, tokens, DISTRESS[name][1], options.work)
    return feeds | (gathered_feeds(options, model, emotion["gathered"]) if "gathered" in options.also else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--from", dest="first", default="joint", help="checkpoint in WORK to begin with")
    parser.add_argument("--name", default="refine", help="of the checkpoint that this makes")
    parser.add_argument("--also", nargs="*", default=[], choices=("emotion", "distress", "gathered"), help="what else larger encoders say")
    parser.add_argument("--steps", type=int, default=3300)
    parser.add_argument("--kept", type=float, default=0.0, help="share that the weights it began with have in the end")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    first = torch.load(options.work / f"{options.first}.pt")
    dropped = {"severity": SEVERITY_LEVELS - 1} | ({"situations": 32, "tweets": 11} if "gathered" in options.also else {})
    model = TextEncoder(HEADS_OF_TEXT | dropped, first["layers.0.expand.weight"].shape[0])
    model.load_state_dict(first, strict=False)
    asked = [of for of in ("affect", "severity", *options.also) if of != "gathered"]
    said = {of: dict(np.load(options.work / f"said-{of}.npz")) for of in asked}
    affect = {"emotion": said["affect"]["comments"], "segments": said["affect"]["segments"]}
    trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=AVERAGE)
    feeds = feeds_of(options, model, said)
    train(trainer, Refine(feeds, affect, options.seed + 1), options.work / f"{options.name}-kept.pt")
    kept = {name: value for name, value in model.state_dict().items() if not name.startswith(tuple(f"heads.{head}." for head in dropped))}
    if options.kept > 0:
        kept = {name: torch.lerp(value, first[name], options.kept) for name, value in kept.items()}
    torch.save(kept, options.work / f"{options.name}.pt")


if __name__ == "__main__":
    main()
