"""Raw signals of a block → learned features, a strided convolution or two a signal.

Each signal is seen with a little of its past (`BACK` samples), so that filters run on over the edges of blocks.
What is not present is multiplied by 0 and, for the slow signals, said beside the samples.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# samples of the past that a block is seen with
BACK = {"bvp": 192, "acc": 8, "eda": 80, "temp": 80}
RATE = {"bvp": 64, "acc": 32, "eda": 4, "temp": 4}
FEATURES = {"bvp": 16, "acc": 12, "eda": 12, "temp": 6}
LAGS = range(5, 29)  # at 16 Hz: beats 0.31 to 1.75 s apart
HALF = 80  # samples at 16 Hz of half a block
FILTERS = 4


def with_past(x: Tensor, back: int) -> Tensor:
    """(B, T, L, C) blocks → (B·T, back+L, C): each after the last samples of those before it, zeros before the first."""
    batch, count, length, channels = x.shape
    flat = F.pad(x.reshape(batch, count * length, channels), (0, 0, back, 0))
    return flat.unfold(1, back + length, length).transpose(2, 3).reshape(batch * count, back + length, channels)


class Pulse(nn.Module):
    """Pulse wave: a fixed bank of filters of 1 s, its autocorrelation at the distances of beats in each 5 s, its strength."""

    def __init__(self) -> None:
        super().__init__()
        t = torch.arange(64) / 64
        waves = [wave(2 * math.pi * hertz * t) for hertz in (1.2, 2.4) for wave in (torch.cos, torch.sin)]
        shapes = torch.stack(waves) * torch.hann_window(64)
        self.register_buffer("taps", (shapes - shapes.mean(1, keepdim=True)) / 16)  # (FILTERS, 64)
        self.inner = nn.Linear(FILTERS * (len(LAGS) + 1), 32)
        self.out = nn.Linear(32, FEATURES["bvp"])

    @torch.no_grad()
    def rhythm(self, x: Tensor, present: Tensor) -> Tensor:
        """x (N, 832, 1), present (N, 52) → (N, 2, 100): of each 5 s the likeness at each lag (−1 to 1), then the strength"""
        x = (x.clamp(-500, 500) / 50).reshape(len(x), 52, 16) * present[..., None]
        y = F.conv1d(x.reshape(len(x), 1, 832), self.taps[:, None], stride=4)[..., 1:].contiguous()  # (N, 4, 192) at 16 Hz
        square = y * y
        halves = []
        for begin in (32, 32 + HALF):
            now = y[..., begin : begin + HALF]
            own = square[..., begin : begin + HALF].sum(2)
            past = [slice(begin - lag, begin - lag + HALF) for lag in LAGS]
            both = torch.stack([(now * y[..., s]).sum(2) for s in past], 2)
            power = F.avg_pool1d(square[..., begin - LAGS[-1] : begin - LAGS[0] + HALF], HALF, 1).flip(2) * HALF
            alike = 2 * both / (own[..., None] + power + 0.01)
            halves.append(torch.cat([alike.flatten(1), (own / HALF + 1e-4).sqrt().sqrt()], 1))
        return torch.stack(halves, 1)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x (N, 832, 1), present (N, 52) → (N, 16)"""
        return self.out(F.silu(self.inner(self.rhythm(x, present))).mean(1))


class Motion(nn.Module):
    """Acceleration: the axes and the size of their steps, in frames of 0.25 s, then of 1 s."""

    def __init__(self) -> None:
        super().__init__()
        self.quarter, self.second = nn.Linear(48, 16), nn.Linear(64, 24)
        self.out = nn.Linear(24, FEATURES["acc"])

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x (N, 328, 3), present (N, 41) → (N, 12)"""
        x = x.clamp(-128, 128) / 32
        known = present[..., None].expand(-1, -1, 8).reshape(len(x), 328, 1)
        steps = (x[:, 1:] - x[:, :-1]).abs() * known[:, 1:] * known[:, :-1]
        both = torch.cat([x[:, 8:] * known[:, 8:], steps[:, 7:]], 2)
        quarters = F.silu(self.quarter(both.reshape(len(x), 40, 48))) * present[:, 1:, None]
        seconds = F.silu(self.second(quarters.reshape(len(x), 10, 64)))
        return self.out(seconds.mean(1))


class Slow(nn.Module):
    """Skin conductance or temperature: level, steps and presence in frames of 2 s over the last 30 s."""

    def __init__(self, signal: str, hidden: int, inner: int):
        super().__init__()
        self.signal = signal
        self.frame = nn.Linear(24, hidden)
        self.inner = nn.Linear(15 * hidden, inner)
        self.out = nn.Linear(inner, FEATURES[signal])

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """x (N, 120, 1), present (N, 120) → (N, features)"""
        known = present[..., None]
        if self.signal == "eda":
            x = x.clamp(0, 100).sqrt().sqrt() - 1  # people's conductance differs by factors
        else:
            x = (x.clamp(20, 42) - 33) / 2
        x = x * known
        steps = (x[:, 1:] - x[:, :-1]) * known[:, 1:] * known[:, :-1] * 20
        rows = torch.cat([x, F.pad(steps, (0, 0, 1, 0)), known], 2).reshape(len(x), 15, 24)
        return self.out(F.silu(self.inner(F.silu(self.frame(rows)).flatten(1))))


class Front(nn.Module):
    """Blocks → features (B, T, 46) and each signal's share present (B, T, 4), in the order of `present`."""

    def __init__(self) -> None:
        super().__init__()
        self.signals = nn.ModuleDict(
            {"bvp": Pulse(), "acc": Motion(), "eda": Slow("eda", 12, 24), "temp": Slow("temp", 6, 12)}
        )

    def forward(self, blocks: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        present = blocks["present"]
        batch, count = present.shape[:2]
        found = []
        for column, (name, part) in enumerate(self.signals.items()):
            quarters = BACK[name] * 4 // RATE[name]
            seen = with_past(present[..., column : column + 1], quarters)[..., 0]
            found.append(part(with_past(blocks[name], BACK[name]), seen).reshape(batch, count, -1))
        return torch.cat(found, 2), present.mean(2)
