"""A person's own running levels: features are heard as deviations from that person's past, at three horizons."""

import math

import torch
from torch import Tensor, nn

from front import FEATURES

HORIZONS = (8640.0, 120.0, 12.0)  # blocks until the oldest are forgotten: a day, 20 min, 2 min
SIZE = sum(FEATURES.values())


def each_feature(by_signal: Tensor) -> Tensor:
    """(…, 4) by signal → (…, 46) by feature."""
    return torch.cat([by_signal[..., i : i + 1].expand(*by_signal.shape[:-1], n) for i, n in enumerate(FEATURES.values())], -1)


def carried_on(keep: Tensor, add: Tensor, start: Tensor) -> Tensor:
    """h[t] = keep[t]·h[t−1] + add[t] along axis 1 from h[−1] = start, by doubling; start without that axis."""
    add = torch.cat([add[:, :1] + keep[:, :1] * start[:, None], add[:, 1:]], 1)
    distance = 1
    while distance < add.shape[1]:
        add = torch.cat([add[:, :distance], add[:, distance:] + keep[:, distance:] * add[:, :-distance]], 1)
        keep = torch.cat([keep[:, :distance], keep[:, distance:] * keep[:, :-distance]], 1)
        distance *= 2
    return add


def before(h: Tensor, start: Tensor) -> Tensor:
    """What h was one step earlier."""
    return torch.cat([start[:, None], h[:, :-1]], 1)


def bounded(z: Tensor) -> Tensor:
    """Near z about 0, never beyond ±4."""
    return z / (1 + z * z / 16).sqrt()


class Personal(nn.Module):
    """Weighted running mean and variance; a count that stops at the horizon turns them from expanding to forgetting.

    Before there is a past, a learned level and spread stand in for it, worth `exp(worth)` blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.level = nn.Parameter(torch.zeros(SIZE))
        self.spread = nn.Parameter(torch.zeros(SIZE))  # logarithm of the variance
        self.worth = nn.Parameter(torch.full((len(HORIZONS), 1), math.log(12.0)))

    def zeros(self, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        """Counts (B, 3, 4), means and variances (B, 3, 46) of somebody not heard before."""
        return (torch.zeros(batch, len(HORIZONS), 4), *(torch.zeros(batch, len(HORIZONS), SIZE) for _ in range(2)))

    def run(self, features: Tensor, share: Tensor, start: tuple[Tensor, Tensor, Tensor]):
        """features (B, T, 46), share (B, T, 4) → counts (B, T, 3, 4), means and variances (B, T, 3, 46) after each block."""
        cap = torch.tensor(HORIZONS)[:, None]
        counts = torch.minimum(start[0][:, None] + share.cumsum(1)[:, :, None], cap)
        gain = each_feature(share[:, :, None] / (counts + 1e-6))
        means = carried_on(1 - gain, gain * features[:, :, None], start[1])
        off = features[:, :, None] - before(means, start[1])
        return counts, means, carried_on(1 - gain, (1 - gain) * gain * off * off, start[2])

    def forward(self, features: Tensor, share: Tensor, start: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """→ deviations (B, T, 4·46) from the past at each horizon and from everybody, and how long that past is (B, T, 12)"""
        counts, means, variances = (before(h, s) for h, s in zip(self.run(features, share, start), start))
        n, worth, usual = each_feature(counts), self.worth.exp(), self.spread.exp()
        mean = (n * means + worth * self.level) / (n + worth)
        variance = (n * variances + worth * usual) / (n + worth)
        own = bounded((features[:, :, None] - mean) / (variance + 0.01).sqrt())
        common = bounded((features - self.level) / (usual + 0.01).sqrt())
        z = torch.cat([own.flatten(2), common], 2) * each_feature(share).repeat(1, 1, len(HORIZONS) + 1)
        return z, (counts / (counts + 30)).flatten(2)
