"""Stage 9: heads whose labels are weak are fitted on top of the finished encoder, which they do not change.

Logistic regression on the mean of the pairs' states and the mean of the tokens' lower states; for personality the mean of that
and of another on all words of the essay. Five folds give the left-out logits that calibration
and figures come from.
"""

from __future__ import annotations

import argparse

import numpy as np
import onnx
import torch
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from graph import build_graph
from model import WIDTH, TextEncoder, open_checkpoint
from score_rows import open_graph, run_rows
from sklearn.linear_model import LogisticRegression
from tasks import Sets, Task, unseen
from word_counts import rarity, word_counts

FOLDS, STRENGTHS = 5, (0.0003, 0.001, 0.003, 0.01, 0.1)
WORDS_STRENGTHS, LEAST_TEXTS = (0.03, 0.1, 0.3), 3


def targets_of(task: Task) -> list[np.ndarray]:
    """One column of classes for each fit: the columns of binary tasks, or the class."""
    return [task.targets.argmax(axis=1)] if task.loss == "classes" else list(task.targets.T.astype(int))


def fit(features: np.ndarray, classes: np.ndarray, strength: float, balanced: bool) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=500, class_weight="balanced" if balanced else None).fit(features, classes)


def decision(fitted: LogisticRegression, features: np.ndarray) -> np.ndarray:
    return fitted.decision_function(features).reshape(features.shape[0], -1)


def left_out(task: Task, features: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Logits (rows, n), each from a fit without the row's fold."""
    fold = np.random.default_rng(seed).permutation(features.shape[0]) % FOLDS
    columns, logits = targets_of(task), np.zeros((features.shape[0], task.targets.shape[1]))
    for held in range(FOLDS):
        out = fold == held
        fits = [fit(features[~out], column[~out], strength, task.loss == "classes") for column in columns]
        logits[out] = np.concatenate([decision(one, features[out]) for one in fits], axis=1)
    return logits


def cost(task: Task, logits: np.ndarray) -> float:
    """Mean log loss of the left-out rows, by which the strength is chosen."""
    if task.loss == "classes":
        return float((np.logaddexp.reduce(logits, axis=1) - (logits * task.targets).sum(axis=1)).mean())
    return float(np.logaddexp(0, np.where(task.targets > 0, -logits, logits)).mean())


def fit_all(task: Task, features: np.ndarray, strengths: tuple[float, ...], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left-out logits at the strength that they speak for, and weights (n, features) and constants of fits on all rows."""
    tried = {strength: left_out(task, features, strength, seed) for strength in strengths}
    strength = min(tried, key=lambda s: cost(task, tried[s]))
    fits = [fit(features, column, strength, task.loss == "classes") for column in targets_of(task)]
    print(task.head, "strength", strength, flush=True)
    return tried[strength], np.concatenate([one.coef_ for one in fits]), np.concatenate([one.intercept_ for one in fits])


def add_words(model: TextEncoder, task: Task, rows: list[np.ndarray], logits: np.ndarray, seed: int) -> np.ndarray:
    """Halves what the head says by states, and lets single words say the other half; gives the left-out logits of both."""
    counts = word_counts(rows)
    idf = rarity(counts, LEAST_TEXTS)
    by_word, weight, bias = fit_all(task, counts.multiply(idf).tocsr(), WORDS_STRENGTHS, seed)
    head = model.heads[task.head]
    with torch.no_grad():
        for part in (head.mean.weight, head.mean.bias, head.token.weight):
            part.mul_(0.5)
        head.mean.bias.add_(torch.from_numpy(bias / 2))
        model.word_tables[task.head].weight.copy_(torch.from_numpy((weight * idf / 2).T))
    return (logits + by_word) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="crisis", help="of the stage before, in WORK")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
    onnx.save(build_graph(model, means=True), options.work / "weak-means.onnx")
    session, tokenizer = open_graph(options.work / "weak-means.onnx"), open_tokenizer(options.base / "tokenizer.json")
    sets, kept = Sets(options.data, unseen(options.data, Challenge())), {}
    for task in (sets.personality(), sets.outdoor_effect(), sets.social_anxiety(options.seed)):
        rows = tokenise(tokenizer, [{"text": text} for text in task.texts])
        found = run_rows(session, rows, ["pairs_mean", "tokens_mean"])
        features = np.concatenate([found["pairs_mean"], found["tokens_mean"]], axis=1)
        centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        scaled = (features - centre) / spread
        logits, weight, bias = fit_all(task, scaled, STRENGTHS, options.seed)
        weight = weight / spread
        bias = bias - weight @ centre
        head = model.heads[task.head]
        with torch.no_grad():
            head.mean.weight.copy_(torch.from_numpy(weight[:, :WIDTH]))
            head.token.weight.copy_(torch.from_numpy(weight[:, WIDTH:]))
            head.mean.bias.copy_(torch.from_numpy(bias))
            head.focused.weight.zero_()
        if task.head in model.word_tables:
            logits = add_words(model, task, rows, logits, options.seed)
        kept |= {f"{task.head}_logits": logits, f"{task.head}_targets": task.targets}
        shares = [float(((z > 0) == (t > 0)).mean()) for z, t in zip(logits.T, task.targets.T)]
        print(task.head, "left out, right:", np.round(shares, 3), flush=True)
    torch.save(model.state_dict(), options.work / "final.pt")
    np.savez(options.work / "weak.npz", **kept)


if __name__ == "__main__":
    main()
