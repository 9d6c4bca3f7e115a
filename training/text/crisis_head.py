"""Stage 5: the crisis head meets rated posts, on top of the finished encoder.

Three parts add up to each logit of severity > k: a logistic regression on the pooled states, another on the words of the
text (counts over the root of the length: one plain word must not drown), and what the joint training learnt from quiet
signs, plain statements and calm comments, the same for all six. Five folds without their authors give the left-out logits
that calibration, cuts and figures come from.

How much the third part counts is a choice between rated posts of one forum, which know few quiet signs and no calm
comments, and those: QUIET was taken from a sweep over left-out train posts and the dev part of the challenge.
"""

from __future__ import annotations

import argparse

import numpy as np
import onnx
import scipy.sparse as sparse
import torch
from calibration import kappa, sigmoid
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from graph import build_graph
from model import VOCABULARY, WIDTH, TextEncoder, open_checkpoint
from score_rows import open_graph, run_rows
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tasks import Sets, Task, unseen

FOLDS, LEVELS = 5, 6
STATES_STRENGTH, WORDS_STRENGTH, SHARE, QUIET = 0.01, 1.0, 1 / 1.5, 0.3


def author_folds(task: Task, folds: int, seed: int) -> np.ndarray:
    """Fold of each row; all posts of an author are in one."""
    authors = sorted(set(task.groups or []))
    order = np.random.default_rng(seed).permutation(len(authors))
    fold_of = {author: int(place) % folds for author, place in zip(authors, order)}
    return np.array([fold_of[author] for author in task.groups or []])


def word_counts(rows: list[np.ndarray]) -> sparse.csr_matrix:
    """Count of every word piece over the root of the number of tokens: (rows, VOCABULARY)."""
    at, column, value = [], [], []
    for row, ids in enumerate(rows):
        names, counts = np.unique(ids, return_counts=True)
        at += [row] * len(names)
        column += names.tolist()
        value += (counts / np.sqrt(len(ids))).tolist()
    return sparse.csr_matrix((value, (at, column)), shape=(len(rows), VOCABULARY))


def rarity(counts: sparse.csr_matrix) -> np.ndarray:
    """Weight of each word piece by the number of texts that have it; zero where only one has."""
    texts = np.asarray((counts > 0).sum(axis=0)).ravel()
    return np.where(texts >= 2, np.log((1 + counts.shape[0]) / (1 + texts)) + 1, 0.0)


class Fitted:
    """Both regressions of every level: weights of states (6, 2D), of words (6, VOCABULARY) and a constant (6,)."""

    def __init__(self, states: np.ndarray, words: sparse.csr_matrix, severity: np.ndarray, idf: np.ndarray) -> None:
        centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
        scaled, weighed = (states - centre) / spread, words.multiply(idf).tocsr()
        self.states, self.words, self.bias = np.zeros((LEVELS, states.shape[1])), np.zeros((LEVELS, len(idf))), np.zeros(LEVELS)
        for level in range(LEVELS):
            one = LogisticRegression(C=STATES_STRENGTH, max_iter=500).fit(scaled, severity > level)
            two = LogisticRegression(C=WORDS_STRENGTH, max_iter=500).fit(weighed, severity > level)
            self.states[level] = SHARE * one.coef_[0] / spread
            self.words[level] = SHARE * two.coef_[0] * idf
            self.bias[level] = SHARE * (one.intercept_[0] + two.intercept_[0]) - self.states[level] @ centre

    def logits(self, states: np.ndarray, words: sparse.csr_matrix) -> np.ndarray:
        return states @ self.states.T + words @ self.words.T + self.bias


def write_into(model: TextEncoder, fitted: Fitted, middle: float) -> None:
    """The three parts as one head: what was learnt jointly is averaged over the levels and added to each."""
    head = model.heads["crisis"]
    share = torch.full((LEVELS, LEVELS), QUIET / LEVELS)
    states = torch.from_numpy(fitted.states).float()
    with torch.no_grad():
        head.mean.bias.copy_(share @ head.mean.bias - QUIET * middle + torch.from_numpy(fitted.bias).float())
        head.mean.weight.copy_(share @ head.mean.weight + states[:, :WIDTH])
        head.token.weight.copy_(share @ head.token.weight + states[:, WIDTH:])
        head.mix.copy_(share @ head.mix)
        model.crisis_words.weight.copy_(torch.from_numpy(fitted.words.T).float())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="polish", help="of the stage before, in WORK")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
    onnx.save(build_graph(model, means=True), options.work / "means.onnx")
    session, tokenizer = open_graph(options.work / "means.onnx"), open_tokenizer(options.base / "tokenizer.json")
    task = Sets(options.data, unseen(options.data, Challenge())).crisis("train")
    severity = task.targets.sum(axis=1).astype(int)
    rows = tokenise(tokenizer, [{"text": text} for text in task.texts])
    found = run_rows(session, rows, ["pairs_mean", "tokens_mean", "crisis"])
    states, quiet = np.concatenate([found["pairs_mean"], found["tokens_mean"]], axis=1), found["crisis"].mean(axis=1, keepdims=True)
    words, middle = word_counts(rows), float(quiet.mean())
    fold, logits = author_folds(task, FOLDS, options.seed), np.zeros((len(severity), LEVELS))
    for held in range(FOLDS):
        out = fold == held
        one = Fitted(states[~out], words[~out], severity[~out], rarity(words[~out]))
        logits[out] = one.logits(states[out], words[out]) + QUIET * (quiet[out] - middle)
    expected = sigmoid(logits).sum(axis=1)
    ranks = np.sort(severity)[np.argsort(np.argsort(expected, kind="stable"), kind="stable")]
    print(f"left out: kappa by rank {kappa(severity, ranks):.3f}, AUC of 4 or more {roc_auc_score(severity >= 4, expected):.3f}")
    write_into(model, Fitted(states, words, severity, rarity(words)), middle)
    torch.save(model.state_dict(), options.work / "crisis.pt")
    np.savez(options.work / "crisis.npz", logits=logits, severity=severity)


if __name__ == "__main__":
    main()
