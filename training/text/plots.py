"""Reliability of calibrated probabilities as one SVG, written by hand so that it needs no plotting library."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIZE, MARGIN, BINS = 150, 34, 10


def reliability(p: np.ndarray, truth: np.ndarray) -> list[tuple[float, float, int]]:
    """Mean probability, share that is true and count of each of ten bins of equal width that holds at least 10 rows."""
    place, found = np.minimum((p * BINS).astype(int), BINS - 1), []
    for k in range(BINS):
        own = place == k
        if own.sum() >= 10:
            found.append((float(p[own].mean()), float(truth[own].mean()), int(own.sum())))
    return found


def calibration_error(p: np.ndarray, truth: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal width."""
    place = np.minimum((p * BINS).astype(int), BINS - 1)
    return float(sum((place == k).mean() * abs(p[place == k].mean() - truth[place == k].mean()) for k in range(BINS) if (place == k).any()))


def panel(x: int, title: str, points: list[tuple[float, float, int]]) -> str:
    def at(p: float, share: float) -> str:
        return f"{x + p * SIZE:.1f},{MARGIN + SIZE - share * SIZE:.1f}"

    line = " ".join(at(p, share) for p, share, _ in points)
    dots = "".join(f'<circle cx="{at(p, s).split(",")[0]}" cy="{at(p, s).split(",")[1]}" r="3"/>' for p, s, _ in points)
    return (
        f'<text x="{x}" y="{MARGIN - 10}" font-weight="bold">{title}</text>'
        f'<rect x="{x}" y="{MARGIN}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/>'
        f'<path d="M{at(0, 0)} L{at(1, 1)}" stroke="#999" stroke-dasharray="4"/>'
        f'<polyline points="{line}" fill="none" stroke="#1d5c99" stroke-width="2"/><g fill="#1d5c99">{dots}</g>'
        f'<text x="{x}" y="{MARGIN + SIZE + 16}">0</text><text x="{x + SIZE - 8}" y="{MARGIN + SIZE + 16}">1</text>'
    )


def write_reliability(path: Path, panels: dict[str, list[tuple[float, float, int]]]) -> None:
    """One panel a head: said probability across, share that is true upwards."""
    width, height = MARGIN + len(panels) * (SIZE + MARGIN), SIZE + 2 * MARGIN + 20
    body = "".join(panel(MARGIN + i * (SIZE + MARGIN), title, points) for i, (title, points) in enumerate(panels.items()))
    note = f'<text x="{MARGIN}" y="{height - 6}">across: probability that the model gives; upwards: share that is true</text>'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="white"/>{body}{note}</svg>\n', encoding="utf-8",
    )  # fmt: skip
