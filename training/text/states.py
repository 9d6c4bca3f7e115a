"""States after the frozen token layers, computed once and kept on disk: training runs the upper layers alone."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from data import batches, pad, pad_tensors
from model import WIDTH, TextEncoder


class States:
    """Ragged rows of (T, D) float16 in one file that is mapped into memory; T is even, the last place may be padding."""

    def __init__(self, flat: np.ndarray, lengths: np.ndarray) -> None:
        self.flat, self.lengths = flat, lengths
        self.starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])

    @classmethod
    def kept(cls, path: Path, model: TextEncoder, rows: list[np.ndarray]) -> States:
        """Those in PATH.npy, or computed from token rows and written there; a computation broken off begins again."""
        lengths = np.array([len(row) for row in rows])
        done, flat_path = path.with_suffix(".lengths.npy"), path.with_suffix(".npy")
        if not (done.exists() and np.array_equal(np.load(done), lengths)):
            flat = np.lib.format.open_memmap(flat_path, "w+", np.float16, (int(lengths.sum()), WIDTH))
            cls(flat, lengths).compute(model, rows, path.stem)
            np.save(done, lengths)
        return cls(np.load(flat_path, mmap_mode="r"), lengths)

    def compute(self, model: TextEncoder, rows: list[np.ndarray], name: str) -> None:
        start, shown, tokens = time.monotonic(), 0.0, 0
        with torch.no_grad():
            for group in batches(self.lengths, 24):
                ids, mask = pad_tensors([rows[i] for i in group])
                lower = model.lower(ids, mask).numpy()
                for place, i in enumerate(group):
                    self.flat[self.starts[i] : self.starts[i] + self.lengths[i]] = lower[place, : self.lengths[i]]
                tokens += int(self.lengths[group].sum())
                if time.monotonic() - start > shown + 30:
                    shown = time.monotonic() - start
                    print(f"{name}: {tokens}/{self.lengths.sum()} tokens, {shown:.0f} s", flush=True)

    def row(self, number: int) -> np.ndarray:
        """(T, D) float16."""
        return self.flat[self.starts[number] : self.starts[number] + self.lengths[number]]

    def batch(self, group: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return self.padded([self.row(number) for number in group])

    @staticmethod
    def padded(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        """States (B, T, D) float32 and mask (B, T), T even."""
        width = -(-max(map(len, rows)) // 2) * 2
        states, mask = np.zeros((len(rows), width, WIDTH), np.float32), np.zeros((len(rows), width), np.float32)
        for place, row in enumerate(rows):
            states[place, : len(row)], mask[place, : len(row)] = row, 1
        return torch.from_numpy(states), torch.from_numpy(mask)


class Tokens:
    """As `States`, from a model whose token layers are trained too: they run again in every batch."""

    def __init__(self, model: TextEncoder, rows: list[np.ndarray]) -> None:
        self.model, self.rows, self.lengths = model, rows, np.array([len(row) for row in rows])

    def row(self, number: int) -> np.ndarray:
        """(T,) int64."""
        return self.rows[number]

    def batch(self, group: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return self.padded([self.rows[number] for number in group])

    def padded(self, rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        """States (B, T, D) float32 and mask (B, T), T even."""
        ids, mask = (torch.from_numpy(part) for part in pad(rows, 2))
        return self.model.lower(ids, mask.float()), mask.float()
