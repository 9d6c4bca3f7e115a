"""A small hybrid encoder for wrist signals: four selective state-space layers to one of attention.

Strided convolutions are written as frames times a matrix, so that PyTorch and the exported graph do
the same products; tokens are one second apart. `present` gates every signal, every write into a
state and every key of attention: what was not measured is neither filled in nor looked at.
"""

import argparse
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH, HEADS, LAYERS, ATTENTION_AT = 48, 4, 5, 3
TOKENS, QUARTERS = 60, 240
# fixed scaling, the same for everybody: (x − centre) / spread after clipping to what the device can mean
SCALE = {
    "bvp": {"low": -500.0, "high": 500.0, "centre": 0.0, "spread": 50.0},
    "acc": {"low": -128.0, "high": 128.0, "centre": 0.0, "spread": 32.0},
    "eda": {"low": 0.0, "high": 100.0, "centre": 1.5, "spread": 1.0},
    "temp": {"low": 20.0, "high": 42.0, "centre": 33.0, "spread": 2.0},
}


def frames(x: Tensor, size: int, back: int) -> Tensor:
    """(B, T, C) → (B, T/size, (back+1)·size·C): each frame after its `back` predecessors, zeros before the first."""
    batch, length, channels = x.shape
    own = x.reshape(batch, length // size, size * channels)
    shifted = [F.pad(own, (0, 0, k, 0))[:, : own.shape[1]] for k in range(back, 0, -1)]
    return torch.cat([*shifted, own], dim=2)


class Stem(nn.Module):
    """One signal → a vector a second, gated by what was present (B, 240, 1) of it.

    fast: samples a quarter second × channels; 0 for signals that have one sample a quarter."""

    def __init__(self, signal: str, fast: int, hidden: int, back: int):
        super().__init__()
        self.signal, self.back = signal, back
        self.quarter = nn.Linear(3 * fast, hidden) if fast else None
        self.second = nn.Linear((back + 1) * 4 * (hidden if fast else 1), WIDTH)
        self.mix = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, present: Tensor, second: Tensor) -> Tensor:
        s = SCALE[self.signal]
        x = x.clamp(s["low"], s["high"])
        if self.signal == "eda":
            x = x.sqrt()
        x = (x - s["centre"]) / s["spread"]
        x = x.reshape(x.shape[0], QUARTERS, -1) * present
        if self.quarter is not None:
            x = F.silu(self.quarter(frames(x, 1, 2))) * present
        return self.mix(F.silu(self.second(frames(x, 4, self.back)))) * second


class SelectiveStateSpace(nn.Module):
    """Causal state-space mixer in its dual form: kernel (q·k)·exp(−decay), each row over its own sum.

    Time steps come from the token (selective); a token that is not present has step 0 and writes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.taps = nn.Parameter(torch.tensor([0.1, 0.2, 1.0])[:, None].repeat(1, 3 * WIDTH))
        self.step = nn.Linear(WIDTH, HEADS)
        self.rate = nn.Parameter(torch.linspace(math.log(0.02), math.log(2.0), HEADS))
        self.skip = nn.Parameter(torch.full((HEADS, 1, 1), 0.5))
        self.gate = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """x (B, T, WIDTH), keep (B, T, 1) in 0..1 → (B, T, WIDTH)"""
        u = self.qkv(x) * keep
        u = sum(F.pad(u, (0, 0, 2 - k, 0))[:, :TOKENS] * self.taps[k] for k in range(3))
        q, k, v = (split_heads(part) for part in u.chunk(3, dim=2))
        step = (torch.sigmoid(self.step(x)) * keep).transpose(1, 2)  # (B, H, T)
        until = (step * self.rate.exp()[:, None]).cumsum(2)
        decay = torch.exp(-(until[..., :, None] - until[..., None, :]).abs()).tril()
        kernel = (F.relu(q) @ F.relu(k).transpose(2, 3)) * (q.shape[-1] ** -0.5) * decay * step[..., None, :]
        y = (kernel @ v) / (kernel.sum(3, keepdim=True) + 0.01) + self.skip * v
        return self.out(join_heads(y) * F.silu(self.gate(x)))


class Attention(nn.Module):
    """Attention over the whole window, without positions; what is not present is no key."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=2))
        scores = (q @ k.transpose(2, 3)) * (q.shape[-1] ** -0.5)
        weights = torch.exp(scores - scores.amax(3, keepdim=True)) * keep.transpose(1, 2)[:, None]
        return self.out(join_heads((weights @ v) / (weights.sum(3, keepdim=True) + 1e-6)))


def split_heads(x: Tensor) -> Tensor:
    """(B, T, WIDTH) → (B, HEADS, T, WIDTH/HEADS)"""
    return x.reshape(x.shape[0], TOKENS, HEADS, WIDTH // HEADS).transpose(1, 2)


def join_heads(x: Tensor) -> Tensor:
    """(B, HEADS, T, WIDTH/HEADS) → (B, T, WIDTH)"""
    return x.transpose(1, 2).reshape(x.shape[0], TOKENS, WIDTH)


class Block(nn.Module):
    """Pre-normed mixer and two-layer perceptron, each beside a residual."""

    def __init__(self, mixer: nn.Module, dropout: float):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.mixer = mixer
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        x = x + self.drop(self.mixer(self.norm1(x), keep))
        return x + self.drop(self.down(F.silu(self.up(self.norm2(x)))))


class WearableHybrid(nn.Module):
    """Raw E4 windows → logits `stress` (B, 1) and `state` (B, 4)."""

    def __init__(self, dropout: float = 0.15):
        super().__init__()
        self.stems = nn.ModuleDict(
            {
                "bvp": Stem("bvp", fast=16, hidden=32, back=2),
                "acc": Stem("acc", fast=24, hidden=24, back=1),
                "eda": Stem("eda", fast=0, hidden=0, back=7),
                "temp": Stem("temp", fast=0, hidden=0, back=7),
            }
        )
        self.known = nn.Linear(4, WIDTH)
        self.norm_in, self.norm_out = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        mixers = [Attention() if i == ATTENTION_AT else SelectiveStateSpace() for i in range(LAYERS)]
        self.blocks = nn.ModuleList([Block(m, dropout) for m in mixers])
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(WIDTH, 5)

    def forward(self, bvp: Tensor, acc: Tensor, eda: Tensor, temp: Tensor, present: Tensor):
        """Shapes as in the model folder's manifest; → (stress (B, 1), state (B, 4)), both logits"""
        seconds = present.reshape(-1, TOKENS, 4, 4).mean(2)
        x = self.known(seconds)
        for column, (name, signal) in enumerate(zip(self.stems, (bvp, acc, eda, temp))):
            only = slice(column, column + 1)
            x = x + self.stems[name](signal, present[..., only], seconds[..., only])
        x = self.drop(self.norm_in(x))
        keep = seconds.amax(2, keepdim=True)
        for block in self.blocks:
            x = block(x, keep)
        tokens = self.head(self.norm_out(x)) * keep
        logits = tokens.sum(1) / (keep.sum(1) + 1e-6)
        return logits[:, :1], logits[:, 1:]


def main() -> None:
    argparse.ArgumentParser(description="Print the model and its number of parameters.").parse_args()
    model = WearableHybrid()
    print(model)
    print("parameters:", sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
