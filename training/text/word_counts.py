"""Words of a text as numbers: what the tables of single words are fitted on."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from model import VOCABULARY


def word_counts(rows: list[np.ndarray]) -> sparse.csr_matrix:
    """Count of every word piece over the root of the number of tokens: (rows, VOCABULARY)."""
    at, column, value = [], [], []
    for row, ids in enumerate(rows):
        names, counts = np.unique(ids, return_counts=True)
        at += [row] * len(names)
        column += names.tolist()
        value += (counts / np.sqrt(len(ids))).tolist()
    return sparse.csr_matrix((value, (at, column)), shape=(len(rows), VOCABULARY))


def rarity(counts: sparse.csr_matrix, least: int = 2) -> np.ndarray:
    """Weight of each word piece by the number of texts that have it; zero where fewer than `least` have."""
    texts = np.asarray((counts > 0).sum(axis=0)).ravel()
    return np.where(texts >= least, np.log((1 + counts.shape[0]) / (1 + texts)) + 1, 0.0)
