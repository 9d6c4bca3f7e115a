"""Figures as they are printed: values with 95 % bootstrap intervals, gathered into the tables of a card."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

DRAWS = 500


def number(value: float) -> str:
    """Three places, without a zero before the point: .553, -.028, 12.5."""
    if abs(value) >= 1:
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
    return f"{value:.3f}".replace("0.", ".", 1)


def resampled(figure: Callable[[np.ndarray], float], groups: list, draws: int = DRAWS) -> tuple[float, float]:
    """95 % interval of figure(row numbers) when whole groups (authors, people, or single rows) are drawn again."""
    names = sorted(set(groups))
    rows_of = {name: [] for name in names}
    for row, name in enumerate(groups):
        rows_of[name].append(row)
    generator, values = np.random.default_rng(0), []
    for _ in range(draws):
        drawn = generator.integers(0, len(names), len(names))
        rows = np.concatenate([rows_of[names[i]] for i in drawn]).astype(int)
        try:
            values.append(figure(rows))
        except ValueError:  # a draw without one of the classes has no area under the curve
            continue
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def with_interval(figure: Callable[[np.ndarray], float], rows: int, groups: list | None = None, draws: int = DRAWS) -> str:
    """`.805 [.728, .874]`; without groups every row is drawn by itself."""
    low, high = resampled(figure, list(range(rows)) if groups is None else groups, draws)
    return f"{number(figure(np.arange(rows)))} [{number(low)}, {number(high)}]"


class Tables:
    """Tables by name, each with its title, its columns and its rows; a cell is text or a whole number."""

    def __init__(self) -> None:
        self.all: dict[str, dict] = {}

    def add(self, name: str, title: str, columns: list[str], rows: dict[str, list[str | int]]) -> None:
        self.all[name] = {"title": title, "columns": columns, "rows": rows}
        print(f"\n{title}", *(f"  {row}: {cells}" for row, cells in rows.items()), sep="\n", flush=True)
