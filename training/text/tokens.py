"""Token rows of one task, in batches that the encoder's token layers read."""

from __future__ import annotations

import numpy as np
import torch
from data import pad
from model import TextEncoder


class Tokens:
    """Rows of token ids; a batch gives states after the token layers, which are trained with the others."""

    def __init__(self, model: TextEncoder, rows: list[np.ndarray]) -> None:
        self.model, self.rows, self.lengths = model, rows, np.array([len(row) for row in rows])

    def row(self, number: int) -> np.ndarray:
        """(T,) int64."""
        return self.rows[number]

    def batch(self, group: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return self.padded([self.rows[number] for number in group])

    def padded(self, rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        """States (B, T, D) and mask (B, T), T even."""
        ids, mask = (torch.from_numpy(part) for part in pad(rows, 2))
        return self.model.lower(ids, mask.float()), mask.float()
