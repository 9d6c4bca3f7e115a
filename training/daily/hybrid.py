"""A small hybrid over five-minute blocks of minute streams: three selective state-space layers to one of attention.

Minutes → a few learned features a signal → deviations from the person's own past → hybrid trunk → heads, and beside the trunk
plain statistics of the same minutes (`summary.py`). The mixing layers are those of the wrist model. `streaming.py` is the same
function for one block with everything of the past carried.
"""

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "wearable"))

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mixers import PART, WIDTH, WINDOW, Attention, Layer, StateSpace, join_heads, split_heads
from personal import before, bounded, carried_on
from recordings import DAY, MINUTES, SIGNALS
from summary import Days, Pulse

LAYERS, ATTENTION_AT = 4, 2
EACH = 8  # features a signal
SIZE = EACH * len(SIGNALS)
HORIZONS = (7.0 * DAY, 1.0 * DAY, 12.0)  # blocks until the oldest are forgotten: a week, a day, an hour
FORTNIGHT = 14.0 * DAY  # the stretch over which signs of low mood are averaged
DOUBT = DAY / 4  # blocks for which no sign stands in
OUTPUTS = {"wake": 1, "depressed": 1}


def scaled(activity: Tensor, hr: Tensor) -> tuple[Tensor, Tensor]:
    """Counts by their fourth root, which is 0 for none and grows slowly; beats a minute about 70."""
    return activity.clamp(0, 20000).sqrt().sqrt() / 3, (hr.clamp(25, 240) - 70) / 20


class Front(nn.Module):
    """Five minutes of each signal, and which were recorded → 8 features a signal."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.ModuleList([nn.Linear(2 * MINUTES, 16) for _ in SIGNALS])
        self.out = nn.ModuleList([nn.Linear(16, EACH) for _ in SIGNALS])

    def forward(self, blocks: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """→ features (B, T, 16), share present (B, T, 2)"""
        found = []
        for i, x in enumerate(scaled(blocks["activity"], blocks["hr"])):
            seen = blocks["present"][..., i]
            both = torch.cat([x[..., 0] * seen, seen], 2)
            found.append(self.out[i](F.silu(self.inner[i](both))))
        return torch.cat(found, 2), blocks["present"].mean(2)


class Personal(nn.Module):
    """Running mean and variance of each feature at some horizons, as in the wrist model, of a person's present blocks.

    `each` features a signal; before there is a past, what is usual stands in for it, worth `worth` blocks; an age of `half` blocks
    is told as one half."""

    def __init__(self, horizons: tuple[float, ...] = HORIZONS, signals: int = len(SIGNALS), each: int = EACH, worth: float = 12.0, half: float = 30.0) -> None:
        super().__init__()
        self.horizons, self.signals, self.each, self.half = horizons, signals, each, half
        self.level, self.spread = nn.Parameter(torch.zeros(signals * each)), nn.Parameter(torch.zeros(signals * each))
        self.worth = nn.Parameter(torch.full((len(horizons), 1), math.log(worth)))

    def each_feature(self, by_signal: Tensor) -> Tensor:
        """(…, signals) → (…, signals·each)"""
        return by_signal.repeat_interleave(self.each, -1)

    def forward(self, features: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """→ deviations (B, T, (horizons + 1)·features) from the past at each horizon and from everybody, and how long that past is
        (B, T, horizons·signals)"""
        start = features.new_zeros(len(features), len(self.horizons), features.shape[2])
        counts = torch.minimum(share.cumsum(1)[:, :, None], torch.tensor(self.horizons)[:, None])
        gain = self.each_feature(share[:, :, None] / (counts + 1e-6))
        means = carried_on(1 - gain, gain * features[:, :, None], start)
        off = features[:, :, None] - before(means, start)
        variances = carried_on(1 - gain, (1 - gain) * gain * off * off, start)
        counts = before(counts, start[..., : self.signals])
        n, worth, usual = self.each_feature(counts), self.worth.exp(), self.spread.exp()
        mean = (n * before(means, start) + worth * self.level) / (n + worth)
        variance = (n * before(variances, start) + worth * usual) / (n + worth)
        own = bounded((features[:, :, None] - mean) / (variance + 0.01).sqrt())
        common = bounded((features - self.level) / (usual + 0.01).sqrt())
        z = torch.cat([own.flatten(2), common], 2) * self.each_feature(share).repeat(1, 1, len(self.horizons) + 1)
        return z, (counts / (counts + self.half)).flatten(2)


class LocalAttention(Attention):
    """The same attention over the last WINDOW blocks, computed WINDOW queries at a time against the keys that they can see."""

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        count, short = x.shape[1], -x.shape[1] % WINDOW
        x, keep = F.pad(x, (0, 0, 0, short)), F.pad(keep, (0, 0, 0, short))
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=2))
        q = q.unflatten(2, (-1, WINDOW))
        k, v, keep = (paired(part) for part in (k, v, keep.transpose(1, 2)[..., None]))  # keys of the part before and of this one
        behind = WINDOW + torch.arange(WINDOW)[:, None] - torch.arange(2 * WINDOW)
        seen = ((behind >= 0) & (behind < WINDOW)).float()
        bias = self.age[:, None, (WINDOW - 1 - behind).clamp(0, WINDOW - 1)]
        scores = (q @ k.transpose(3, 4)) * PART**-0.5 + bias
        weights = torch.exp(scores.clamp(-20, 20)) * seen * keep.transpose(3, 4)
        found = (weights @ v) / (weights.sum(4, keepdim=True) + 1e-6)
        return self.out(join_heads(found.flatten(2, 3))[:, :count])


def paired(x: Tensor) -> Tensor:
    """(B, heads, n·WINDOW, c) → (B, heads, n, 2·WINDOW, c): each part behind the one before it, zeros before the first."""
    parts = x.unflatten(2, (-1, WINDOW))
    return torch.cat([F.pad(parts[:, :, :-1], (0, 0, 0, 0, 1, 0)), parts], 3)


class DailyHybrid(nn.Module):
    """Blocks (B, T, …) → logits (B, T, 2): awake in this block, and low mood over the fortnight so far.

    `wake` rests on heart rate, `depressed` on activity: without its signal a head falls back to its constant."""

    def __init__(self, dropout: float = 0.3):
        super().__init__()
        self.front, self.personal = Front(), Personal()
        self.enter = nn.Linear((len(HORIZONS) + 1) * SIZE, WIDTH)
        self.known = nn.Linear(2 + 2 * len(HORIZONS), WIDTH)
        self.norm_in, self.norm_out = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        mixers = [LocalAttention() if i == ATTENTION_AT else StateSpace() for i in range(LAYERS)]
        self.layers = nn.ModuleList([Layer(m, dropout) for m in mixers])
        self.drop_in, self.drop = nn.Dropout(dropout), nn.Dropout(dropout)
        self.sign = nn.Linear(WIDTH, 2)  # of being awake, and of low mood
        self.constant = nn.Parameter(torch.zeros(2))
        self.pulse, self.days = Pulse(), Days()

    def forward(self, blocks: dict[str, Tensor]) -> Tensor:
        hr = blocks["present"][..., 1].mean(2)
        day, worn = self.days.features(blocks)
        plain = torch.stack([self.pulse(blocks) * hr / (hr + 0.1), self.days.sign(day, worn)], 2)
        return 0.5 * (self.trunk(blocks, worn[..., 0]) + plain)

    def trunk(self, blocks: dict[str, Tensor], worn: Tensor | None = None) -> Tensor:
        """Without the plain statistics; `worn` (B, T) is what each block counts for mood, in training all that was recorded"""
        features, share = self.front(blocks)
        z, ages = self.personal(features, share)
        x = self.enter(self.drop_in(z)) + self.known(torch.cat([share, ages], 2))
        x = self.drop(self.norm_in(x))
        keep = share.amax(2, keepdim=True)
        for layer in self.layers:
            x = layer(x, keep)
        sign = self.sign(self.norm_out(x))
        hr = share[..., 1]
        wake = sign[..., 0] * hr / (hr + 0.1)
        mood = averaged(sign[..., 1], share[..., 0] if worn is None else worn)
        return torch.stack([wake, mood], 2) + self.constant


def averaged(sign: Tensor, worn: Tensor, span: float = FORTNIGHT, doubt: float = DOUBT) -> Tensor:
    """Mean sign (B, T) of the last `span` worn blocks, drawn towards 0 while they are not many more than `doubt`."""
    count = worn.cumsum(1).clamp(max=span)
    gain = (worn / (count + 1e-6))[..., None]
    mean = carried_on(1 - gain, gain * sign[..., None], sign.new_zeros(len(sign), 1))[..., 0]
    return mean * count / (count + doubt)


def main() -> None:
    argparse.ArgumentParser(description="Print the model and its number of parameters.").parse_args()
    model = DailyHybrid()
    print(model)
    print("parameters:", sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
