"""Stage 1: an ordinal crisis head on the frozen encoder.

Writes WORK/frozen.pt (encoder with both heads) and WORK/frozen.npz (logits of rows whose authors were left out,
for calibration).
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from calibration import crisis_figures, fit_cuts, fit_platt, severity_distribution
from data import Corpus, add_arguments, batches, open_tokenizer, pad_tensors, severity_targets, tokenise
from model import TextEncoder, load_released
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

HEADS = {"emotion": 28, "crisis": 6}
STRENGTHS = (0.03, 0.1, 0.3)


def pooled_features(model: TextEncoder, rows: list[np.ndarray]) -> np.ndarray:
    """Pooled vectors of token rows, (rows, D) float64."""
    features = np.zeros((len(rows), model.words.embedding_dim))
    with torch.no_grad():
        for group in batches(np.array([len(row) for row in rows]), 16):
            features[group] = model.pooled(*pad_tensors([rows[i] for i in group])).numpy()
    return features


def fit_head(features: np.ndarray, severity: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Six logistic regressions, severity > k, on standardised features: weight (6, D) and bias (6,) for raw ones."""
    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled, targets = (features - centre) / spread, severity_targets(severity)
    fits = [LogisticRegression(C=strength, max_iter=2000).fit(scaled, column) for column in targets.T]
    weight = np.array([fit.coef_[0] for fit in fits]) / spread
    return weight, np.array([fit.intercept_[0] for fit in fits]) - weight @ centre


def author_folds(rows: list[dict], folds: int) -> np.ndarray:
    """Fold of each row, (rows,); no author is in two."""
    fold = np.zeros(len(rows), int)
    split = GroupKFold(folds).split(rows, groups=[row["author"] for row in rows])
    for number, (_, held) in enumerate(split):
        fold[held] = number
    return fold


def crossed_logits(features: np.ndarray, severity: np.ndarray, fold: np.ndarray, strength: float) -> np.ndarray:
    """Logits of each row by a head that saw none of its fold, (rows, 6)."""
    logits = np.zeros((len(severity), 6))
    for held in np.unique(fold):
        weight, bias = fit_head(features[fold != held], severity[fold != held], strength)
        logits[fold == held] = features[fold == held] @ weight.T + bias
    return logits


def judged(logits: np.ndarray, severity: np.ndarray) -> dict:
    a, b = fit_platt(logits, severity_targets(severity))
    _, expected = severity_distribution(logits, a, b)
    return crisis_figures(severity, logits, a, b, fit_cuts(expected, severity))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--folds", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    model = load_released(options.base, options.minilm, HEADS)
    corpus = Corpus(options.data)
    tokenizer = open_tokenizer(Path(options.base) / "tokenizer.json")
    features = pooled_features(model, tokenise(tokenizer, corpus.crisis_train))
    severity = np.array([row["severity"] for row in corpus.crisis_train])
    fold = author_folds(corpus.crisis_train, options.folds)
    tried = {}
    for strength in STRENGTHS:
        logits = crossed_logits(features, severity, fold, strength)
        figures = judged(logits, severity)
        tried[strength] = (figures["kappa"], logits)
        print(strength, {name: round(value, 4) for name, value in figures.items()}, flush=True)
    strength = max(tried, key=lambda s: tried[s][0])
    weight, bias = fit_head(features, severity, strength)
    with torch.no_grad():
        model.heads["crisis"].weight.copy_(torch.from_numpy(weight))
        model.heads["crisis"].bias.copy_(torch.from_numpy(bias))
    options.work.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), options.work / "frozen.pt")
    np.savez(options.work / "frozen.npz", logits=tried[strength][1], severity=severity)
    print(f"kept strength {strength}")


if __name__ == "__main__":
    main()
