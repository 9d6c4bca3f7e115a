"""A small hybrid over days: three selective state-space layers to one of attention, on deviations from the person's own past.

A number a signal and day → deviation from the person's last week, last four weeks and what is usual → trunk → `lonely`. The mixing
layers are those of the wrist model, the running levels those of the minute model. `day_graph.py` is the same function for one day, the past
carried.
"""

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "daily"))

import torch
from torch import Tensor, nn

from hybrid import Personal, averaged
from mixers import WIDTH, Attention, Layer, StateSpace
from sets import SIGNALS

LAYERS, ATTENTION_AT = 4, 2
HORIZONS = (28.0, 7.0)  # days until the oldest are forgotten
MONTH = 28.0  # the stretch over which signs are averaged
DOUBT = 4.0  # days for which no sign stands in
WORTH, HALF = 4.0, 7.0  # days that the usual level is worth; days of a past that is told as one half
COUNT = len(SIGNALS)
# (root of the value or itself, what is taken off, what then is one): about 0 and of spread 1 among everybody
SCALES = {
    "STEPS": (True, 90.0, 30.0),
    "ON_FOOT": (True, 8.4, 3.0),
    "SLEEP": (False, 400.0, 90.0),
    "SCREEN": (True, 16.5, 5.0),
    "CALLS": (True, 1.8, 1.0),
    "TALK": (True, 17.5, 5.0),
}


def scaled(values: Tensor, present: Tensor) -> Tensor:
    """(B, T, 6) as recorded → about 0 and of spread 1; 0 where missing."""
    columns = [
        ((values[..., i].sqrt() if root else values[..., i]) - middle) / spread for i, (root, middle, spread) in enumerate(SCALES.values())
    ]
    return torch.stack(columns, -1) * present


class DayHybrid(nn.Module):
    """Days (B, T, 6) → logit of `lonely` (B, T) after each: a mean sign over the month, and one of the day itself.

    A day of which nothing was recorded adds nothing and forgets nothing."""

    def __init__(self, dropout: float = 0.3):
        super().__init__()
        self.personal = Personal(HORIZONS, COUNT, 1, WORTH, HALF)
        self.enter = nn.Linear((len(HORIZONS) + 1) * COUNT, WIDTH)
        self.known = nn.Linear((len(HORIZONS) + 1) * COUNT, WIDTH)
        self.norm_in, self.norm_out = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        mixers = [Attention() if i == ATTENTION_AT else StateSpace() for i in range(LAYERS)]
        self.layers = nn.ModuleList([Layer(m, dropout) for m in mixers])
        self.drop_in, self.drop = nn.Dropout(dropout), nn.Dropout(dropout)
        self.sign = nn.Linear(WIDTH, 2)  # over the month, and of the day
        self.constant = nn.Parameter(torch.zeros(1))

    def forward(self, values: Tensor, present: Tensor) -> Tensor:
        z, ages = self.personal(scaled(values, present), present)
        x = self.enter(self.drop_in(z)) + self.known(torch.cat([present, ages], 2))
        x = self.drop(self.norm_in(x))
        keep = present.amax(2, keepdim=True)
        for layer in self.layers:
            x = layer(x, keep)
        sign = self.sign(self.norm_out(x))
        return averaged(sign[..., 0], keep[..., 0], MONTH, DOUBT) + sign[..., 1] * keep[..., 0] + self.constant


def main() -> None:
    argparse.ArgumentParser(description="Print the model and its number of parameters.").parse_args()
    model = DayHybrid()
    print(model)
    print("parameters:", sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
