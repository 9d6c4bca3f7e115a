"""The layers that mix blocks over time: selective state space (a fixed state) and attention over the last 6 min."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH, HEADS = 32, 4
PART = WIDTH // HEADS
WINDOW = 36  # blocks that attention sees, the present one included
CHUNK = 32


def split_heads(x: Tensor) -> Tensor:
    """(B, T, WIDTH) → (B, HEADS, T, PART)"""
    return x.reshape(*x.shape[:2], HEADS, PART).transpose(1, 2)


def join_heads(x: Tensor) -> Tensor:
    """(B, HEADS, T, PART) → (B, T, WIDTH)"""
    return x.transpose(1, 2).flatten(2)


class StateSpace(nn.Module):
    """h[t] = exp(−rate·step)·h[t−1] + step·k⊗(v, 1); what is read, q·h, is divided by what stands in the last column.

    Steps come from the token (selective); a block without signal has step 0 and writes nothing. Here in chunks; the
    graph takes one block at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.taps = nn.Parameter(torch.tensor([0.1, 0.2, 1.0])[:, None].repeat(1, 3 * WIDTH))
        self.step = nn.Linear(WIDTH, HEADS)
        self.rate = nn.Parameter(torch.linspace(math.log(0.01), math.log(1.0), HEADS))
        self.skip = nn.Parameter(torch.full((HEADS, 1, 1), 0.5))
        self.gate, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        """x (B, T, WIDTH), keep (B, T, 1) in 0..1 → (B, T, WIDTH)"""
        count = x.shape[1]
        u = F.pad(self.qkv(x) * keep, (0, 0, 2, 0))
        u = sum(u[:, k : k + count] * self.taps[k] for k in range(3))
        q, k, v = (split_heads(part) for part in u.chunk(3, dim=2))
        step = (torch.sigmoid(self.step(x)) * keep).transpose(1, 2)  # (B, HEADS, T)
        read = recur(F.relu(q) * PART**-0.5, F.relu(k), F.pad(v, (0, 1), value=1.0), step, self.rate.exp())
        y = read[..., :PART] / (read[..., PART:] + 0.01) + self.skip * v
        return self.out(join_heads(y) * F.silu(self.gate(x)))


def recur(q: Tensor, k: Tensor, v: Tensor, step: Tensor, rate: Tensor) -> Tensor:
    """The recurrence above from an empty state, CHUNK blocks at a time: (B, HEADS, T, PART + 1)."""
    state = q.new_zeros(*q.shape[:2], PART, PART + 1)
    causal = torch.ones(CHUNK, CHUNK).tril()
    out = []
    for begin in range(0, q.shape[2], CHUNK):
        span = slice(begin, begin + CHUNK)
        qs, ks, vs, ss = q[:, :, span], k[:, :, span], v[:, :, span], step[:, :, span]
        size = qs.shape[2]
        until = (ss * rate[:, None]).cumsum(2)
        decay = torch.exp(-(until[..., :, None] - until[..., None, :]).abs()) * causal[:size, :size]
        own = ((qs @ ks.transpose(2, 3)) * decay * ss[..., None, :]) @ vs
        out.append(own + (qs * torch.exp(-until)[..., None]) @ state)
        left = torch.exp(until - until[..., -1:]) * ss
        state = state * torch.exp(-until[..., -1:])[..., None] + (ks * left[..., None]).transpose(2, 3) @ vs
    return torch.cat(out, 2)


class Attention(nn.Module):
    """Attention over the last WINDOW blocks with a learned weight for age; a block without signal is no key."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.age = nn.Parameter(torch.zeros(HEADS, WINDOW))  # from the oldest to the present block

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=2))
        count = x.shape[1]
        behind = torch.arange(count)[:, None] - torch.arange(count)[None]
        seen = ((behind >= 0) & (behind < WINDOW)).float()
        bias = self.age[:, (WINDOW - 1 - behind).clamp(0, WINDOW - 1)]
        scores = (q @ k.transpose(2, 3)) * PART**-0.5 + bias
        weights = torch.exp(scores.clamp(-20, 20)) * seen * keep.transpose(1, 2)[:, None]
        return self.out(join_heads((weights @ v) / (weights.sum(3, keepdim=True) + 1e-6)))


class Layer(nn.Module):
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
