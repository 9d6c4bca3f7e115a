"""Encoders that differ in one thing only: which of their twelve layers mix by attention and which by a state space.

All have the same number of parameters to within 2.5 %: what an attention layer saves (it has no gates) its feed-forward
gets. The mixers are those of the text encoder. Shapes: B texts, T tokens, D channels.
"""

import math

import parts
import torch
import torch.nn.functional as F
from mixers import FreshSsm, SmallAttention
from torch import Tensor, nn

LAYERS = 12
# Which layers attend. Ratios are of state-space layers to attention layers.
PATTERNS = {
    "attention only": tuple(range(LAYERS)), "SSM only": (), "3:1": (3, 7, 11), "5:1": (5, 11), "11:1": (8,),
}  # fmt: skip
REACHES = ("all tokens", "window and landmarks", "window")


class Layer(nn.Module):
    """Mixer and feed-forward, each normalised before and added: deep stacks train so without care."""

    def __init__(self, mixer: nn.Module, inner: int) -> None:
        super().__init__()
        width = parts.model.WIDTH
        self.mixer_norm, self.mixer = nn.LayerNorm(width), mixer
        self.norm = nn.LayerNorm(width)
        self.expand, self.contract = nn.Linear(width, inner), nn.Linear(inner, width)
        with torch.no_grad():  # what all layers add together is then no louder than the words
            for last in (self.mixer.out, self.contract):
                last.weight.mul_((2 * LAYERS) ** -0.5)

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
            Layer(SmallAttention(reach, rotary), 5 * width // 2) if i in attending else Layer(FreshSsm(), 2 * width)
            for i in range(LAYERS)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)

    def size(self) -> int:
        return sum(p.numel() for p in self.parameters())


def optimiser_of(parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def warm_cosine(step: int, steps: int) -> float:
    """Share of the highest rate: warm-up over a tenth, then a cosine."""
    warm = steps // 10
    return min((step + 1) / warm, 0.5 + 0.5 * math.cos(math.pi * max(step - warm, 0) / (steps - warm)))


def learn(parameters: list[nn.Parameter], optimiser: torch.optim.Optimizer, rate: float) -> None:
    """One clipped update after `backward`."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    optimiser.zero_grad()
