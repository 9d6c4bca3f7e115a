"""Stage 7: the crisis head meets rated posts, on top of the finished encoder.

Each logit of severity > k is a logistic regression on the pooled states plus another on the words of the text (counts over
the root of the length: one plain word must not drown). Both are fitted on rated posts, and at a smaller weight on unrated
posts of such forums with the larger encoder's word on them (teacher.py). Rated posts know few quiet signs and no everyday
text: what the joint training learnt from those, the same for all six logits but for a constant, stands in for half of the fits as
far as a gate finds the text unlike a rated post. Five folds without their authors give the left-out logits that calibration and
cuts come from.

Strengths, the weight of unrated posts, the gate's sharpness and place, and the weight of the quiet part were taken from sweeps over
left-out train posts, plain statements and the dev pairs; figures of dev posts were seen beside them.
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
from heads import GIVEN_UP
from model import WIDTH, TextEncoder, open_checkpoint
from score_rows import open_graph, run_rows
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tasks import EVERYDAY, Sets, Task, unseen
from word_counts import rarity, word_counts

FOLDS, LEVELS = 5, 6
STATES_STRENGTH, WORDS_STRENGTH, SHARE, UNRATED = 0.003, 1.0, 1 / 1.5, 0.3
GATE_STRENGTH, CALM = 0.01, 1500
SHARPNESS, UNLIKE, QUIET = 3.0, 2.5, 1.5  # of the gate's logit; its logit where it is half open; of what the joint training learnt


def author_folds(task: Task, folds: int, seed: int) -> np.ndarray:
    """Fold of each row; all posts of an author are in one."""
    authors = sorted(set(task.groups or []))
    order = np.random.default_rng(seed).permutation(len(authors))
    fold_of = {author: int(place) % folds for author, place in zip(authors, order)}
    return np.array([fold_of[author] for author in task.groups or []])


class Rows:
    """What the fits see of some texts: states (rows, 2D), words (rows, VOCABULARY), the quiet part's level (rows, 1)."""

    def __init__(self, states: np.ndarray, words: sparse.csr_matrix, quiet: np.ndarray) -> None:
        self.states, self.words, self.quiet = states, words, quiet

    def of(self, chosen: np.ndarray) -> Rows:
        return Rows(self.states[chosen], self.words[chosen], self.quiet[chosen])


def soft_fit(features: np.ndarray | sparse.csr_matrix, shares: np.ndarray, weights: np.ndarray, strength: float) -> LogisticRegression:
    """Fit to targets between 0 and 1: each row stands for both classes, weighed by its target."""
    both = sparse.vstack([features, features]).tocsr() if sparse.issparse(features) else np.concatenate([features, features])
    classes = np.repeat([1, 0], len(shares))
    return LogisticRegression(C=strength, max_iter=300).fit(both, classes, np.r_[weights * shares, weights * (1 - shares)])


class Fitted:
    """Both regressions of every level: weights of states (6, 2D), of words (6, VOCABULARY) and a constant (6,)."""

    def __init__(self, rated: Rows, targets: np.ndarray, unrated: Rows, said: np.ndarray, scale: np.ndarray, idf: np.ndarray) -> None:
        """targets (rated, 6) of 0 and 1; said (unrated, 6) the teacher's probabilities; scale: centre and spread (2, 2D)."""
        centre, spread = scale
        scaled = (np.concatenate([rated.states, unrated.states]) - centre) / spread
        weighed = sparse.vstack([rated.words, unrated.words]).multiply(idf).tocsr()
        weights = np.r_[np.ones(len(targets)), np.full(len(said), UNRATED)]
        self.states, self.words, self.bias = np.zeros((LEVELS, scaled.shape[1])), np.zeros((LEVELS, len(idf))), np.zeros(LEVELS)
        for level in range(LEVELS):
            shares = np.r_[targets[:, level], said[:, level]]
            one, two = soft_fit(scaled, shares, weights, STATES_STRENGTH), soft_fit(weighed, shares, weights, WORDS_STRENGTH)
            self.states[level] = SHARE * one.coef_[0] / spread
            self.words[level] = SHARE * two.coef_[0] * idf
            self.bias[level] = SHARE * (one.intercept_[0] + two.intercept_[0]) - self.states[level] @ centre

    def logits(self, rows: Rows) -> np.ndarray:
        return rows.states @ self.states.T + rows.words @ self.words.T + self.bias


def fit_gate(rated: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights of states (2D,) and a constant: the logit of a text being unlike a rated post."""
    states = np.concatenate([rated, other])
    centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    classes = np.repeat([0, 1], [len(rated), len(other)])
    one = LogisticRegression(C=GATE_STRENGTH, max_iter=300, class_weight="balanced").fit((states - centre) / spread, classes)
    weight = SHARPNESS * one.coef_[0] / spread
    return weight, float(SHARPNESS * (one.intercept_[0] - UNLIKE) - weight @ centre)


def write_into(model: TextEncoder, fitted: Fitted, gate: tuple[np.ndarray, float], middle: float, usual: np.ndarray) -> None:
    """What was learnt jointly becomes the quiet part, averaged over its levels; the fits become the head.

    usual (6,): what the quiet part has in place of the fits that are given up.
    """
    crisis, quiet, register = (model.heads[name] for name in ("crisis", "quiet", "register"))
    share = torch.full((LEVELS, LEVELS), QUIET / LEVELS)

    def set_states(part: torch.nn.Module, weights: np.ndarray, bias: np.ndarray) -> None:
        part.mean.weight.copy_(torch.from_numpy(weights[:, :WIDTH]))
        part.token.weight.copy_(torch.from_numpy(weights[:, WIDTH:]))
        part.mean.bias.copy_(torch.from_numpy(bias))

    with torch.no_grad():
        for part in ("focus", "focused"):
            getattr(quiet, part).weight.copy_(getattr(crisis, part).weight)
        quiet.mean.weight.copy_(share @ crisis.mean.weight)
        quiet.token.weight.copy_(share @ crisis.token.weight)
        quiet.mean.bias.copy_(share @ crisis.mean.bias - QUIET * middle + torch.from_numpy(usual))
        quiet.mix.copy_(share @ crisis.mix)
        crisis.focused.weight.zero_()
        set_states(crisis, fitted.states, fitted.bias)
        set_states(register, gate[0][None], np.array([gate[1]]))
        model.word_tables["crisis"].weight.copy_(torch.from_numpy(fitted.words.T))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="taught", help="of the stage before, in WORK")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
    onnx.save(build_graph(model, means=True), options.work / "crisis-means.onnx")
    session, tokenizer = open_graph(options.work / "crisis-means.onnx"), open_tokenizer(options.base / "tokenizer.json")

    def look(wanted: list[str]) -> Rows:
        rows = tokenise(tokenizer, [{"text": text} for text in wanted])
        found = run_rows(session, rows, ["pairs_mean", "tokens_mean", "crisis"])
        states = np.concatenate([found["pairs_mean"], found["tokens_mean"]], axis=1)
        return Rows(states, word_counts(rows), found["crisis"].mean(axis=1, keepdims=True))

    challenge = Challenge()
    sets, said = Sets(options.data, unseen(options.data, challenge)), np.load(options.work / "said-severity.npz")
    task = sets.crisis("train")
    rated, targets, severity = look(task.texts), task.targets, task.targets.sum(axis=1).astype(int)
    unrated = look(sets.user_posts().texts + sets.forum().texts)
    teacher = np.concatenate([said["user-posts"], said["forum"]])
    others = (sets.challenge(challenge.of("train")), sets.plain(challenge.plain), sets.calm_comments(CALM, options.seed),
              sets.everyday(EVERYDAY, options.seed))  # fmt: skip
    other = look([text for other in others for text in other.texts]).states
    gate = fit_gate(rated.states, other)

    scale = np.stack([rated.states.mean(axis=0), rated.states.std(axis=0) + 1e-6])
    idf, middle = rarity(rated.words), float(rated.quiet.mean())
    quiet, opened = QUIET * (rated.quiet - middle), np.zeros((len(severity), 1))
    fold, fits = author_folds(task, FOLDS, options.seed), np.zeros((len(severity), LEVELS))
    for held in range(FOLDS):
        out = fold == held
        fits[out] = Fitted(rated.of(~out), targets[~out], unrated, teacher, scale, idf).logits(rated.of(out))
        weight, bias = fit_gate(rated.states[~out], other)  # knows rated posts better than others of their kind where it saw them
        opened[out] = sigmoid(rated.states[out] @ weight + bias)[:, None]
    usual = GIVEN_UP * fits.mean(axis=0)
    logits = fits + opened * (usual + quiet - GIVEN_UP * fits)
    expected = sigmoid(logits).sum(axis=1)
    ranks = np.sort(severity)[np.argsort(np.argsort(expected, kind="stable"), kind="stable")]
    print(f"left out: kappa by rank {kappa(severity, ranks):.3f}, AUC of 4 or more {roc_auc_score(severity >= 4, expected):.3f}")
    write_into(model, Fitted(rated, targets, unrated, teacher, scale, idf), gate, middle, usual)
    torch.save(model.state_dict(), options.work / "crisis.pt")
    np.savez(options.work / "crisis.npz", logits=logits, severity=severity)


if __name__ == "__main__":
    main()
