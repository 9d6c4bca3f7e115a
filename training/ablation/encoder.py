"""Encoders that differ in one thing only: which of their twelve layers mix by attention and which by a state space.

All have the same number of parameters to within 1 %: what an attention layer saves (it has no gates) its feed-forward
gets. The mixers are those of the text encoder. Shapes: B texts, T tokens, D channels.
"""

import math

import parts
import torch
import torch.nn.functional as F
from model import Attention, SsmMixer, merge_heads, split_heads
from torch import Tensor, nn

LAYERS = 12
# Which layers attend. Ratios are of state-space layers to attention layers.
PATTERNS = {
    "attention only": tuple(range(LAYERS)), "SSM only": (), "3:1": (3, 7, 11), "5:1": (5, 11), "11:1": (8,),
}  # fmt: skip
REACHES = ("all tokens", "window and landmarks", "window")
ROTARY_BASE, SHUT = 10_000.0, -1e4
SLOWEST, FASTEST = 0.02, 2.0  # rates of decay a token, spread over the heads


def rotary_tables(tokens: int, channels: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (T, P) of rotary positions for heads of P channels."""
    steps = ROTARY_BASE ** (-torch.arange(0, channels, 2) / channels)
    angles = (torch.arange(tokens)[:, None] * steps).repeat(1, 2)
    return angles.cos(), angles.sin()


def rotate(x: Tensor) -> Tensor:
    """x (B, H, T, P) turned by its position."""
    cos, sin = rotary_tables(x.shape[2], x.shape[3])
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
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + ((mask - 1) * -SHUT)[:, None, None]
        if self.reach == "window and landmarks":
            scores = scores + self.far(x, mask)[:, None]
        if self.reach == "window":
            block = torch.arange(x.shape[1]) // parts.model.BLOCK_PAIRS
            scores = scores + torch.where((block[:, None] - block).abs() <= 1, 0.0, SHUT)
        return self.out(merge_heads(torch.softmax(scores, dim=-1) @ v))


def fresh_ssm() -> SsmMixer:
    """A mixer to be trained from nothing: taps that pass the token itself, rates spread over the heads."""
    mixer = SsmMixer()
    with torch.no_grad():
        mixer.taps[1] = 1
        mixer.log_rate.copy_(torch.linspace(math.log(SLOWEST), math.log(FASTEST), mixer.log_rate.shape[1]))
    return mixer


class Layer(nn.Module):
    """Mixer and feed-forward, each normalised before and added: deep stacks train so without care."""

    def __init__(self, mixer: nn.Module, inner: int) -> None:
        super().__init__()
        width = parts.model.WIDTH
        self.mixer_norm, self.mixer = nn.LayerNorm(width), mixer
        self.norm = nn.LayerNorm(width)
        self.expand, self.contract = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x + self.mixer(self.mixer_norm(x), mask)
        return x + self.contract(F.gelu(self.expand(self.norm(x))))


class Encoder(nn.Module):
    """Embedded tokens (B, T, D) and mask (B, T) -> states (B, T, D)."""

    def __init__(self, pattern: str, reach: str = "all tokens", rotary: bool = True) -> None:
        super().__init__()
        attending, width = PATTERNS[pattern], parts.model.WIDTH
        rotary = rotary and len(attending) == LAYERS
        self.layers = nn.ModuleList(
            Layer(SmallAttention(reach, rotary), 5 * width // 2) if i in attending else Layer(fresh_ssm(), 2 * width)
            for i in range(LAYERS)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)

    def size(self) -> int:
        return sum(p.numel() for p in self.parameters())


def learn(parameters: list[nn.Parameter], step: int, steps: int, optimiser: torch.optim.Optimizer, rate: float) -> None:
    """One clipped update after `backward`; warm-up over a tenth, then a cosine."""
    warm = steps // 10
    factor = min((step + 1) / warm, 0.5 + 0.5 * math.cos(math.pi * max(step - warm, 0) / (steps - warm)))
    for group in optimiser.param_groups:
        group["lr"] = rate * factor
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    optimiser.zero_grad()
