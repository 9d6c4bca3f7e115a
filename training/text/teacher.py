"""Stage 4: what larger encoders say of others' texts, for refine.py and crisis_head.py to learn from.

By what larger.py trained: affect of EmoBank's own rows, of comments, of segments and of prose.py's; emotion of comments,
passages, segments and, once there, gather.py's; loneliness and stress of unlabelled posts of forums, quiet signs of sentences of challenge texts mixed anew.
Severity, by linear fits on the states of the encoder as published (training it on other tasks of distress made the fits worse):
each rated post is told by a fit without its author, so no row teaches its own rating twice.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from calibration import sigmoid
from challenge import Challenge
from crisis_head import author_folds
from data import add_arguments, batches, read_rows
from gather import gathered
from larger import Rows, Teacher, open_teacher
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from tasks import PASSAGES, SEGMENTS, Sets, Task, emotion_targets, texts, unseen
from transformers import AutoTokenizer

SEVERITY_LAYERS, SEVERITY_STRENGTH = (9, 12), 0.003  # states after which layers
FOLDS, ASKED = 5, {"segments": 37_000, "passages": 40_000}


def through(model: Teacher, tokenizer: AutoTokenizer, texts: list[str], limit: int, see) -> np.ndarray:
    """What `see` makes of (states after each layer, mask), (B, n), for every text: (texts, n)."""
    rows, found, start = Rows(tokenizer, texts, limit), {}, time.monotonic()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for group in batches(rows.lengths, 32):
            ids, mask = rows.batch(group)
            states = model.encoder(ids, attention_mask=mask, output_hidden_states=True).hidden_states
            found |= dict(zip(group.tolist(), see([x.float() for x in states], mask).float().numpy()))
    print(f"{len(texts)} texts, {rows.lengths.sum()} tokens, {time.monotonic() - start:.0f} s", flush=True)
    return np.stack([found[i] for i in range(len(texts))])


def mean_of(x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (mask[:, None] @ x)[:, 0] / mask.sum(1, keepdim=True)


def severity_fits(states: np.ndarray, targets: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Logits of severity > k of `others` (rows, 6), by fits on `states` (rows, n) with targets (rows, 6)."""
    centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    fits = [LogisticRegression(C=SEVERITY_STRENGTH, max_iter=500).fit((states - centre) / spread, column) for column in targets.T]
    return np.stack([fit.decision_function((others - centre) / spread) for fit in fits], axis=1)


def say(options: argparse.Namespace, of: str, asked: dict[str, list[str]], tokenizer: AutoTokenizer) -> dict[str, np.ndarray]:
    """The outputs of all heads of a teacher (rows, n) for each set, of as many texts as ASKED allows; NaN for the others."""
    model, found = open_teacher(options, of), {}

    def see(states: list[torch.Tensor], mask: torch.Tensor) -> torch.Tensor:
        pooled = mean_of(states[-1], mask)
        return torch.cat([head(pooled) for head in model.heads.values()], dim=1)

    for name, posts in asked.items():
        chosen = np.sort(np.random.default_rng(options.seed).permutation(len(posts))[: ASKED.get(name)])
        said = through(model, tokenizer, [posts[i] for i in chosen], 128, see)
        found[name] = np.full((len(posts), said.shape[1]), np.nan, np.float32)
        found[name][chosen] = said
    return found


def say_affect(options: argparse.Namespace, sets: Sets, tokenizer: AutoTokenizer) -> dict[str, np.ndarray]:
    """Standardised valence, arousal, dominance (rows, 3) of each set."""
    asked = {"affect": sets.affect("train").texts, "comments": sets.emotion(options.soft_labels).texts}
    asked |= {"segments": sets.segments(SEGMENTS, options.seed).texts, "prose": texts(read_rows(options.work, "prose"))}
    return say(options, "affect", asked, tokenizer)


def say_emotion(options: argparse.Namespace, sets: Sets, tokenizer: AutoTokenizer) -> dict[str, np.ndarray]:
    """Logits (rows, 28) of each set."""
    tasks = [sets.emotion(options.soft_labels), sets.passages(options.soft_labels, PASSAGES, options.seed), sets.segments(SEGMENTS, options.seed)]
    if (options.work / "gathered.jsonl.gz").exists():
        tasks.append(gathered(options.work))
    return say(options, "emotion", {task.name: task.texts for task in tasks}, tokenizer)


def say_distress(options: argparse.Namespace, sets: Sets, tokenizer: AutoTokenizer) -> dict[str, np.ndarray]:
    """Logits of loneliness (rows, 3) and stress (rows, 1) of posts of forums, of quiet signs (rows, 6) of mixed sentences."""
    tasks = [sets.quiet(Challenge().of("train"), options.seed), sets.distress(options.seed), sets.forum()]
    said, found = say(options, "distress", {task.name: task.texts for task in tasks}, tokenizer), {}
    for name, outputs in said.items():
        for head, columns in {"crisis": slice(0, 6), "loneliness": slice(6, 9), "stress": slice(9, 10)}.items():
            if (head == "crisis") == (name == "quiet"):
                found[f"{head} of {name}"] = outputs[:, columns]
    return found


def say_severity(options: argparse.Namespace, sets: Sets, tokenizer: AutoTokenizer) -> dict[str, np.ndarray]:
    """Probabilities of severity > k (rows, 6) of rated posts left out by author, of users' posts and of forum posts."""
    model, rated = Teacher(options.mpnet, {}), sets.crisis("train")

    def see(states: list[torch.Tensor], mask: torch.Tensor) -> torch.Tensor:
        return torch.cat([mean_of(states[layer], mask) for layer in SEVERITY_LAYERS], dim=1)

    def states_of(task: Task, limit: int) -> np.ndarray:
        return through(model, tokenizer, task.texts, limit, see)

    posts, fold, logits = states_of(rated, 384), author_folds(rated, FOLDS, options.seed), np.zeros(rated.targets.shape)
    for held in range(FOLDS):
        logits[fold == held] = severity_fits(posts[fold != held], rated.targets[fold != held], posts[fold == held])
    print("left out, AUC of 4 or more:", round(roc_auc_score(rated.targets[:, 3], sigmoid(logits).sum(axis=1)), 3), flush=True)
    others = {"user-posts": states_of(sets.user_posts(), 384), "forum": states_of(sets.forum(), 128)}
    return {"crisis": sigmoid(logits)} | {name: sigmoid(severity_fits(posts, rated.targets, found)) for name, found in others.items()}


def worth(options: argparse.Namespace, tokenizer: AutoTokenizer) -> str:
    """What the teacher of emotion, of affect or of distress says of rows that no training has seen."""
    challenge, dev = Challenge(), Sets(options.data, set())
    if options.of == "distress":
        parts = [dev.challenge(challenge.of(split)).texts for split in ("dev", "test")]
        levels = [said[:, :6].mean(axis=1) for said in say(options, "distress", dict(zip(("dev", "test"), parts)), tokenizer).values()]
        return "pairs ranked rightly, dev and test: " + ", ".join(f"{(z[::2] > z[1::2]).mean():.3f}" for z in levels)
    if options.of == "affect":
        task = dev.affect("dev")
        said = say(options, "affect", {"dev": task.texts}, tokenizer)["dev"]
        return f"mean r: {np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(said.T, task.targets.T)]):.3f}"
    rows = read_rows(options.data, "goemotions.dev")
    said, truth = say(options, "emotion", {"dev": texts(rows)}, tokenizer)["dev"], emotion_targets(rows)
    return f"mean average precision: {average_precision_score(truth, said, average='macro'):.3f}"


SAYINGS = {"affect": say_affect, "emotion": say_emotion, "distress": say_distress, "severity": say_severity}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mpnet", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--of", choices=tuple(SAYINGS), required=True, help="what is asked")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dev", action="store_true", help="print what it is worth on dev rows, and end (not for severity)")
    options = parser.parse_args()
    if options.dev and options.of == "severity":
        parser.error("--dev: severity prints its left-out figure as it is asked")
    torch.set_num_threads(options.threads)
    sets, tokenizer = Sets(options.data, unseen(options.data, Challenge())), AutoTokenizer.from_pretrained(options.mpnet)
    if options.dev:
        print(worth(options, tokenizer))
        return
    np.savez(options.work / f"said-{options.of}.npz", **SAYINGS[options.of](options, sets, tokenizer))


if __name__ == "__main__":
    main()
