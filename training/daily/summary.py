"""Plain statistics of the last hours and days beside the trunk, and a linear layer on each: few numbers, learned from few people.

`Pulse` hears heart rate in windows of 5 min to 3 h as deviations from the person; `Days` hears the last 24 h of activity after
each block, and the mean of what those days say over the fortnight so far. `summary_graph.py` is the same for one block.
"""

import argparse
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from personal import bounded, carried_on
from recordings import DAY

SPANS = (1, 3, 6, 12, 36)  # blocks of heart rate
PULSE = 2 * len(SPANS) + 1
WEEK, FORTNIGHT = 7.0 * DAY, 14.0 * DAY
HOURS, HOUR = 24, DAY // 24
CHANNELS = 7  # of a block of activity
DAY_FEATURES = 12
DOUBT = DAY / 4


class Linear(nn.Module):
    """Features by everybody's mean and spread, bounded, then weighted. `settle.py` fits it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mean, self.spread = nn.Parameter(torch.zeros(size)), nn.Parameter(torch.ones(size))
        self.weight, self.bias = nn.Parameter(torch.zeros(size)), nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return bounded((x - self.mean) / self.spread) @ self.weight + self.bias


class Pulse(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.line = Linear(PULSE)

    def features(self, blocks: dict[str, Tensor]) -> Tensor:
        """(B, T, 11): deviation from the person's own level and spread in each window, and that level."""
        seen = blocks["present"][..., 1]
        x = (blocks["hr"][..., 0].clamp(25, 240) - 70) / 20 * seen
        sums = torch.stack([seen.mean(2), x.mean(2), (x * x).mean(2)], 2)
        n = sums[..., :1]
        gain = n / (n.cumsum(1).clamp(max=WEEK) + 1e-6)
        level = carried_on(1 - gain, gain * sums[..., 1:2] / (n + 1e-6), sums.new_zeros(len(sums), 1))
        windows = torch.stack([window(sums, span) for span in SPANS], 2)
        n, s, q = windows.unbind(3)
        off = (s - level * n) / (n + 0.01)
        near = (q - 2 * level * s + level * level * n) / (n + 0.01) - off * off
        return torch.cat([off, near.clamp(min=0).sqrt(), level], 2)

    def forward(self, blocks: dict[str, Tensor]) -> Tensor:
        """(B, T): a sign of being awake, for blocks that have heart rate"""
        return self.line(self.features(blocks))


def window(x: Tensor, span: int) -> Tensor:
    """Mean of the last `span` blocks, nothing being before the first: (B, T, n)."""
    return F.avg_pool1d(F.pad(x.transpose(1, 2), (span - 1, 0)), span, 1).transpose(1, 2)


def of_block(blocks: dict[str, Tensor]) -> Tensor:
    """(B, T, 7): minutes worn, counts, their root, stillness; pairs of minutes, steps between them, turns from activity to rest."""
    seen = blocks["present"][..., 0]
    counts = blocks["activity"][..., 0].clamp(0, 20000)
    root, still = counts.sqrt() / 10, torch.exp(-counts / 10)
    pair = seen[..., 1:] * seen[..., :-1]
    step = (root[..., 1:] - root[..., :-1]).abs() * pair
    turn = (1 - still[..., :-1]) * still[..., 1:] * pair
    parts = (seen, counts / 100 * seen, root * seen, still * seen, pair, step, turn)
    return torch.stack([part.mean(-1) for part in parts], -1)


class Days(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.line = Linear(DAY_FEATURES)

    def last_day(self, hours: Tensor) -> tuple[Tensor, Tensor]:
        """Means by hour (…, 24, 7), the oldest first → features of that day (…, 12), and whether it was worn (…, 1)."""
        n, counts, root, still, pair, step, turn = hours.unbind(-1)
        day = hours.mean(-2)
        share = day[..., :1]
        level, mean, rest = (day[..., i : i + 1] / (share + 1e-3) for i in (1, 2, 3))
        pairs = day[..., 4:5] + 1e-3
        by_hour = (root + 0.02 * mean) / (n + 0.02)
        ranked = by_hour.sort(-1, descending=True).values
        high, low = ranked[..., :10].mean(-1, keepdim=True), ranked[..., -5:].mean(-1, keepdim=True)
        middle = by_hour.mean(-1, keepdim=True)
        around = ((by_hour - middle) ** 2).mean(-1, keepdim=True)
        steps = ((by_hour[..., 1:] - by_hour[..., :-1]) ** 2).mean(-1, keepdim=True)
        angle = 2 * math.pi * torch.arange(HOURS) / HOURS
        wave = ((by_hour * angle.cos()).mean(-1, keepdim=True) ** 2 + (by_hour * angle.sin()).mean(-1, keepdim=True) ** 2 + 1e-6).sqrt()
        idle = (by_hour * (still + 0.02 * rest) / (n + 0.02)).mean(-1, keepdim=True) / (middle + 0.01)
        found = [
            level.sqrt().sqrt(),
            mean,
            rest,
            idle,
            day[..., 5:6] / pairs / (mean + 0.1),
            day[..., 6:7] / pairs / (1.05 - rest),
            ((level - mean * mean).clamp(min=0) + 1e-3).sqrt() / (mean + 0.1),
            low,
            high.sqrt(),
            (high - low) / (high + low + 0.01),
            steps / (around + 0.01),
            wave / (middle + 0.01),
        ]
        alive = ((counts * 5 - n) / (n + 1e-3)).clamp(0, 1)  # an hour of 20 counts a minute is none, of 40 one
        worn = ((alive.sum(-1, keepdim=True) - 4) / 4).clamp(0, 1) * alive[..., HOURS // 2 :].sum(-1, keepdim=True).clamp(0, 1)
        return torch.cat(found, -1), worn * (2 * share - 1).clamp(0, 1)

    def features(self, blocks: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Of the 24 h up to each block (B, T, 12), and whether they were worn (B, T, 1)."""
        hour = F.pad(window(of_block(blocks), HOUR), (0, 0, DAY - HOUR, 0))
        count = blocks["present"].shape[1]
        hours = torch.stack([hour[:, HOUR * i : HOUR * i + count] for i in range(HOURS)], 2)
        found, worn = self.last_day(hours)
        return found, worn * blocks["present"][..., 0].mean(2, keepdim=True)

    def sign(self, found: Tensor, worn: Tensor) -> Tensor:
        """(B, T): of low mood; no day says more than 1, and all are drawn towards 0 while they are few"""
        sign = self.line(found)[..., None]
        heard = worn.cumsum(1).clamp(max=FORTNIGHT)
        gain = worn / (heard + 1e-6)
        mean = carried_on(1 - gain, gain * sign / (1 + sign * sign).sqrt(), sign.new_zeros(len(sign), 1))
        return (mean * heard / (heard + DOUBT))[..., 0]

    def forward(self, blocks: dict[str, Tensor]) -> Tensor:
        return self.sign(*self.features(blocks))


def main() -> None:
    argparse.ArgumentParser(description="Print how many numbers the plain statistics learn.").parse_args()
    print({name: sum(p.numel() for p in part.parameters()) for name, part in (("pulse", Pulse()), ("days", Days()))})


if __name__ == "__main__":
    main()
