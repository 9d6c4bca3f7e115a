"""Stage 4: rated crisis posts join the other tasks, each fold without its authors; the folds' weights are then averaged.

Every rated post gets its logits from the fold that knew nothing of its author: calibration, cuts and the left-out figures
come from them. The shipped weights are the mean of the folds', so that all posts are in them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from calibration import kappa
from data import add_arguments, batches
from joint import SIZES, Mixture, train
from mixture import Feed
from model import TextEncoder, load_released
from optimiser import Trainer
from pairs import states_of
from sklearn.metrics import roc_auc_score
from tasks import Task

SHARES = {"crisis": 0.44, "challenge": 0.12, "loneliness": 0.11, "affect": 0.11, "stress": 0.08, "user-posts": 0.04, "calm": 0.03,
          "plain": 0.04, "buried": 0.03}  # fmt: skip


def author_folds(task: Task, folds: int, seed: int) -> np.ndarray:
    """Fold of each row; all posts of an author are in one."""
    authors = sorted(set(task.groups or []))
    order = np.random.default_rng(seed).permutation(len(authors))
    fold_of = {author: int(place) % folds for author, place in zip(authors, order)}
    return np.array([fold_of[author] for author in task.groups or []])


def left_out_logits(model: TextEncoder, feed: Feed, rows: np.ndarray) -> np.ndarray:
    """Crisis logits (rows, 6) float64."""
    logits = np.zeros((len(rows), 6))
    with torch.no_grad():
        for group in batches(feed.states.lengths[rows], 24):
            logits[group] = model.logits(*feed.states.batch(rows[group]), ["crisis"])["crisis"].numpy()
    return logits


def judged(logits: np.ndarray, severity: np.ndarray) -> str:
    expected = (1 / (1 + np.exp(-logits))).sum(axis=1)
    ranks = np.sort(severity)[np.argsort(np.argsort(expected))]
    return f"kappa {kappa(severity, ranks):.3f} AUC of 4 or more {roc_auc_score(severity >= 4, expected):.3f}"


def mean_of(states: list[dict]) -> dict:
    return {name: torch.stack([state[name].float() for state in states]).mean(dim=0) for name in states[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--head-rate", type=float, default=6e-4)
    parser.add_argument("--start", default="joint", help="checkpoint of the stage before, in WORK")
    parser.add_argument("--only", type=int, help="one fold alone, for another process")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = states_of(options, load_released(options.base, options.minilm), [*SIZES])
    task = found["crisis"][0]
    severity, fold = task.targets.sum(axis=1).astype(int), author_folds(task, options.folds, options.seed)
    logits, states = np.zeros((len(severity), 6)), []
    for held in range(options.folds) if options.only is None else [options.only]:
        path: Path = options.work / f"crisis-fold-{held}.pt"
        out = np.flatnonzero(fold == held)
        if not path.exists():
            torch.manual_seed(options.seed)
            model = TextEncoder()
            model.load_state_dict(torch.load(options.work / f"{options.start}.pt"))
            feeds = {name: Feed(*found[name], SIZES[name], options.work) for name in SIZES}
            feeds["crisis"].rows = np.flatnonzero(fold != held)
            trainer = Trainer(model, options.steps, options.rate, options.head_rate, average=0.99)
            before = judged(left_out_logits(model, feeds["crisis"], out), severity[out])
            train(trainer, Mixture(feeds, SHARES, options.seed + held))
            left = left_out_logits(model, feeds["crisis"], out)
            print(f"fold {held}: before {before}; after {judged(left, severity[out])}", flush=True)
            torch.save({"state": model.state_dict(), "logits": left}, path)
        finished = torch.load(path, weights_only=False)
        logits[out] = finished["logits"]
        states.append(finished["state"])
    if options.only is not None:
        return
    print("left out", judged(logits, severity), flush=True)
    torch.save(mean_of(states), options.work / "crisis.pt")
    np.savez(options.work / "crisis.npz", logits=logits, severity=severity)


if __name__ == "__main__":
    main()
