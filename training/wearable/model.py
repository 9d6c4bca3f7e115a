"""A small hybrid encoder of wrist streams: four selective state-space layers to one of attention, one token a block.

Raw signals → convolutions → deviations from the person's own past → hybrid trunk → heads. This is the readable form for
training, over many blocks at once; `graph.py` is the same function for one block with everything of the past carried.
"""

import argparse

import torch
from torch import Tensor, nn

from front import Front
from mixers import WIDTH, Attention, Layer, StateSpace
from personal import HORIZONS, SIZE, Personal

LAYERS, ATTENTION_AT = 5, 3
OUTPUTS = {"stress": 1, "state": 4, "quality": 1}


class WearableHybrid(nn.Module):
    """Blocks (B, T, …) → logits (B, T, 6): stress, four states, quality.

    In training the last is the trunk's own; afterwards `judge` hears that, the block's features and its shares."""

    def __init__(self, dropout: float = 0.2):
        super().__init__()
        self.front, self.personal = Front(), Personal()
        self.enter = nn.Linear((len(HORIZONS) + 1) * SIZE, WIDTH)
        self.known = nn.Linear(4 + 4 * len(HORIZONS), WIDTH)
        self.norm_in, self.norm_out = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        mixers = [Attention() if i == ATTENTION_AT else StateSpace() for i in range(LAYERS)]
        self.layers = nn.ModuleList([Layer(m, dropout) for m in mixers])
        self.drop_in, self.drop = nn.Dropout(dropout), nn.Dropout(dropout)
        self.head = nn.Linear(WIDTH, sum(OUTPUTS.values()))
        with torch.random.fork_rng():  # fitted by quality.py; the draws of the rest do not hang on it
            self.judge = nn.Sequential(nn.Linear(SIZE + 5, 24), nn.SiLU(), nn.Linear(24, 1))

    def forward(self, blocks: dict[str, Tensor], warm: Tensor | None = None) -> Tensor:
        """warm (B,): 1 where the levels of a first pass over the same blocks are known from the start"""
        features, share = self.front(blocks)
        start = self.personal.zeros(len(share))
        if warm is not None and warm.any():
            ends = [h[:, -1] for h in self.personal.run(features, share, start)]
            only = torch.tensor([1.0, 0.0, 0.0])[:, None] * warm[:, None, None]  # the longest horizon alone
            start = tuple(h * only for h in ends)
        z, ages = self.personal(features, share, start)
        x = self.enter(self.drop_in(z)) + self.known(torch.cat([share, ages], 2))
        x = self.drop(self.norm_in(x))
        keep = share.amax(2, keepdim=True)
        for layer in self.layers:
            x = layer(x, keep)
        logits = self.head(self.norm_out(x))
        if self.training:
            return logits
        return torch.cat([logits[..., :5], self.judge(torch.cat([features, share, logits[..., 5:]], 2))], 2)


def main() -> None:
    argparse.ArgumentParser(description="Print the model and its number of parameters.").parse_args()
    model = WearableHybrid()
    print(model)
    print("parameters:", sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
