"""Stage 8: the crisis head meets rated posts, on top of the finished encoder.

Each logit of severity > k is a logistic regression on the pooled states plus another on the words of the text (counts over
the root of the length: one plain word must not drown). Both are fitted on rated posts, and at a smaller weight on unrated
posts of such forums with the larger encoder's word on them (teacher.py). Rated posts know few quiet signs and no everyday
text: what the joint training learnt from those, the same for all six logits but for a constant, stands in for half of the fits as
far as a gate finds the text unlike a rated post. Five folds without their authors give the left-out logits that calibration and
cuts come from.

Strengths, the weight of unrated posts and the gate's sharpness were taken from sweeps over left-out train posts, the weight of the
quiet part from sweep_crisis.py. The gate opens later than these ask for: it opened for more of dev's posts than of the left-out ones.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Mix:
    """How the fits and the quiet part come together."""

    sharpness: float = 3.0  # of the gate's logit
    unlike: float = 2.5  # the gate's logit where it is half open
    given_up: float = GIVEN_UP  # of the fits, where it is open
    quiet: float = 1.0  # of the quiet part's level

    def logits(self, fits: np.ndarray, unlike: np.ndarray, level: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """fits (rows, 6), the gate's logit (rows, 1), quiet level above that of rated posts (rows, 1), usual fits (6,) -> (rows, 6)."""
        opened = sigmoid(self.sharpness * (unlike - self.unlike))
        return fits + opened * (self.given_up * (usual - fits) + self.quiet * level)


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
    weight = one.coef_[0] / spread
    return weight, float(one.intercept_[0] - weight @ centre)


class Known:
    """What the fits learn from, and the logits of rated posts that were left out with their authors."""

    def __init__(self, options: argparse.Namespace) -> None:
        graph = options.work / "crisis-means.onnx"
        self.model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
        onnx.save(build_graph(self.model, means=True), graph)
        self.session, self.tokenizer = open_graph(graph), open_tokenizer(options.base / "tokenizer.json")
        challenge = Challenge()
        sets, said = Sets(options.data, unseen(options.data, challenge)), np.load(options.work / "said-severity.npz")
        self.task = sets.crisis("train")
        self.targets, self.severity = self.task.targets, self.task.targets.sum(axis=1).astype(int)
        self.rated, self.unrated = self.look(self.task.texts), self.look(sets.user_posts().texts + sets.forum().texts)
        self.teacher = np.concatenate([said["user-posts"], said["forum"]])
        self.scale = np.stack([self.rated.states.mean(axis=0), self.rated.states.std(axis=0) + 1e-6])
        self.idf, self.middle = rarity(self.rated.words), float(self.rated.quiet.mean())
        others = (sets.challenge(challenge.of("train")), sets.plain(challenge.plain), sets.calm_comments(CALM, options.seed),
                  sets.everyday(EVERYDAY, options.seed))  # fmt: skip
        self.plain_severity = others[1].targets.sum(axis=1).astype(int)
        self.others = {task.name: self.look(task.texts) for task in others}
        self.gate = fit_gate(self.rated.states, self.other_states())
        self.fits, self.unlike = self.left_out(options.seed)

    def look(self, wanted: list[str]) -> Rows:
        rows = tokenise(self.tokenizer, [{"text": text} for text in wanted])
        found = run_rows(self.session, rows, ["pairs_mean", "tokens_mean", "crisis"])
        states = np.concatenate([found["pairs_mean"], found["tokens_mean"]], axis=1)
        return Rows(states, word_counts(rows), found["crisis"].mean(axis=1, keepdims=True))

    def other_states(self) -> np.ndarray:
        return np.concatenate([rows.states for rows in self.others.values()])

    def fitted(self, chosen: np.ndarray | slice = slice(None)) -> Fitted:
        return Fitted(self.rated.of(chosen), self.targets[chosen], self.unrated, self.teacher, self.scale, self.idf)

    def left_out(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Fits (rows, 6) and the gate's logit (rows, 1); the gate knows rated posts better than others of their kind where it saw them."""
        fold, fits, unlike = author_folds(self.task, FOLDS, seed), np.zeros(self.targets.shape), np.zeros((len(self.targets), 1))
        for held in range(FOLDS):
            out = fold == held
            fits[out] = self.fitted(~out).logits(self.rated.of(out))
            weight, bias = fit_gate(self.rated.states[~out], self.other_states())
            unlike[out] = (self.rated.states[out] @ weight + bias)[:, None]
        return fits, unlike

    def left_out_logits(self, mix: Mix) -> np.ndarray:
        """(rows, 6) of rated posts."""
        return mix.logits(self.fits, self.unlike, self.rated.quiet - self.middle, self.fits.mean(axis=0))

    def quality(self, logits: np.ndarray) -> str:
        expected = sigmoid(logits).sum(axis=1)
        ranks = np.sort(self.severity)[np.argsort(np.argsort(expected, kind="stable"), kind="stable")]
        return f"left out: kappa by rank {kappa(self.severity, ranks):.3f}, AUC of 4 or more {roc_auc_score(self.severity >= 4, expected):.3f}"


def write_into(known: Known, mix: Mix) -> None:
    """What was learnt jointly becomes the quiet part, averaged over its levels; the fits become the head."""
    crisis, quiet, register = (known.model.heads[name] for name in ("crisis", "quiet", "register"))
    fitted, (weight, bias), usual = known.fitted(), known.gate, mix.given_up * known.fits.mean(axis=0)
    share = torch.full((LEVELS, LEVELS), mix.quiet / LEVELS)

    def set_states(part: torch.nn.Module, weights: np.ndarray, bias: np.ndarray) -> None:
        part.mean.weight.copy_(torch.from_numpy(weights[:, :WIDTH]))
        part.token.weight.copy_(torch.from_numpy(weights[:, WIDTH:]))
        part.mean.bias.copy_(torch.from_numpy(bias))

    with torch.no_grad():
        for part in ("focus", "focused"):
            getattr(quiet, part).weight.copy_(getattr(crisis, part).weight)
        quiet.mean.weight.copy_(share @ crisis.mean.weight)
        quiet.token.weight.copy_(share @ crisis.token.weight)
        quiet.mean.bias.copy_(share @ crisis.mean.bias - mix.quiet * known.middle + torch.from_numpy(usual))
        quiet.mix.copy_(share @ crisis.mix)
        crisis.focused.weight.zero_()
        set_states(crisis, fitted.states, fitted.bias)
        set_states(register, mix.sharpness * weight[None], mix.sharpness * np.array([bias - mix.unlike]))
        known.model.word_tables["crisis"].weight.copy_(torch.from_numpy(fitted.words.T))


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="steady", help="of the stage before, in WORK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_checkpoint(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    known, mix = Known(options), Mix()
    logits = known.left_out_logits(mix)
    print(known.quality(logits))
    write_into(known, mix)
    torch.save(known.model.state_dict(), options.work / "crisis.pt")
    np.savez(options.work / "crisis.npz", logits=logits, severity=known.severity)


if __name__ == "__main__":
    main()
