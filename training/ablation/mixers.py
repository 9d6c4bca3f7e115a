"""The mixers of the ablation: those of the text encoder, written so that training takes half the time.

Shapes: B texts, T tokens, H heads, P channels a head, D channels.
"""

import math

import parts
import torch
import torch.nn.functional as F
from model import NORMALISER_FLOOR, Attention, SsmMixer, merge_heads, split_heads
from torch import Tensor, nn

ROTARY_BASE, SHUT = 10_000.0, -1e4
SLOWEST, FASTEST = 0.02, 2.0  # rates of decay a token, spread over the heads


def rotary_tables(tokens: int, channels: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (T, P) of rotary positions for heads of P channels."""
    steps = ROTARY_BASE ** (-torch.arange(0, channels, 2) / channels)
    angles = (torch.arange(tokens)[:, None] * steps).repeat(1, 2)
    return angles.cos(), angles.sin()


def rotate(x: Tensor) -> Tensor:
    """x (B, H, T, P) turned by its position."""
    cos, sin = (table.to(x.dtype) for table in rotary_tables(x.shape[2], x.shape[3]))
    half = x.shape[3] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], dim=-1) * sin


class SmallAttention(Attention):
    """Attention over `reach`; with `rotary` positions where no other layer tells the order of tokens."""

    def __init__(self, reach: str, rotary: bool) -> None:
        super().__init__()
        self.reach, self.rotary = reach, rotary
        if reach == "window":  # the graph then weighs every landmark with nothing
            nn.init.constant_(self.landmark.bias, SHUT)
            self.landmark.requires_grad_(False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=-1))
        if self.rotary:
            q, k = rotate(q), rotate(k)
        added = ((mask - 1) * -SHUT)[:, None, None]
        if self.reach == "window and landmarks":
            with torch.autocast("cpu", enabled=False):  # in bf16 the places of a block would often draw
                added = added + self.far(x.float(), mask)[:, None]
        if self.reach == "window":
            block = torch.arange(x.shape[1]) // parts.model.BLOCK_PAIRS
            added = added + torch.where((block[:, None] - block).abs() <= 1, 0.0, SHUT)
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + added
        return self.out(merge_heads(torch.softmax(scores, dim=-1) @ v))


class FreshSsm(SsmMixer):
    """The text encoder's mixer, to be trained from nothing: taps pass the token itself, rates are spread over the heads.

    The same function with fewer passes over (T x T): gates join the exponent as logarithms, and the sign of the distance
    is known on either side of the diagonal.
    """

    def __init__(self) -> None:
        super().__init__()
        with torch.no_grad():
            self.taps[1] = 1
            self.log_rate.copy_(torch.linspace(math.log(SLOWEST), math.log(FASTEST), self.log_rate.shape[1]))

    def decay(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D) -> (B, H, T, T); sums stay in fp32."""
        logits = self.gate(x).float()
        gates = (torch.sigmoid(logits) * mask[..., None]).transpose(1, 2)
        past_gate, future_gate = gates.chunk(2, dim=1)
        past_log, future_log = (F.logsigmoid(logits) + (mask[..., None] - 1) * -SHUT).transpose(1, 2).chunk(2, dim=1)
        past_rate, future_rate = torch.exp(self.log_rate)[:, :, None]
        past = torch.cumsum(past_gate * past_rate, dim=-1)
        steps = future_gate * future_rate
        future = torch.cumsum(steps, dim=-1) - steps
        towards_past = (past + past_log)[..., None, :] - past[..., :, None]
        towards_future = (future_log - future)[..., None, :] + future[..., :, None]
        before = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
        return torch.exp(torch.where(before, towards_past, towards_future))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        u = self.qkv(x)
        padded = F.pad(u * mask[..., None].to(u.dtype), (0, 0, 1, 1))
        taps = self.taps.to(u.dtype)
        u = padded[:, :-2] * taps[0] + padded[:, 1:-1] * taps[1] + padded[:, 2:] * taps[2]
        q, k, v = u.chunk(3, dim=-1)
        q, k, v = split_heads(F.relu(q)), split_heads(F.relu(k)), split_heads(v)
        weights = (q @ k.transpose(-1, -2)) * self.decay(x, mask).to(u.dtype) * q.shape[-1] ** -0.5
        mixed = weights @ v / (weights.sum(dim=-1, keepdim=True, dtype=torch.float32) + NORMALISER_FLOOR)
        mixed = merge_heads(mixed + v * self.skip[:, None, None])
        return self.out(mixed * F.silu(self.output_gate(x)))
