"""Stage 6: the feed-forward maps lose the channels that do least; refine.py then trains the rest once more.

What a channel does is the mean size of its activation over comments and forum posts, times the length of the vector that it
adds. The mean of what a lost channel added stays in the bias.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from challenge import Challenge
from data import add_arguments, batches, open_tokenizer, pad_tensors, tokenise
from model import Layer, TextEncoder, open_checkpoint
from tasks import Sets, unseen

KEPT = 1344  # of 1,536 channels
COMMENTS, POSTS, LIMIT = 4_000, 400, 128


def activations(model: TextEncoder, rows: list[np.ndarray]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Of each layer the mean activation of its channels and the mean of their sizes, (channels,) each, over all tokens of `rows`."""
    seen: list[list[torch.Tensor]] = [[] for _ in model.layers]

    def watch(number: int):
        return lambda layer, inputs, inner: seen[number].append(torch.stack([F.gelu(inner).mean((0, 1)), F.gelu(inner).abs().mean((0, 1))]))

    hooks = [layer.expand.register_forward_hook(watch(number)) for number, layer in enumerate(model.layers)]
    with torch.no_grad():
        for group in batches(np.array([len(row) for row in rows]), 32):
            ids, mask = pad_tensors([rows[i][: len(rows[i]) // 2 * 2] for i in group])
            model.upper(model.lower(ids, mask), mask)
    for hook in hooks:
        hook.remove()
    return [tuple(torch.stack(found).mean(0)) for found in seen]


def narrow(layer: Layer, mean: torch.Tensor, size: torch.Tensor) -> None:
    """Keeps the KEPT channels of a layer that do most, in their order."""
    does = size * layer.contract.weight.norm(dim=0)
    order = does.argsort(descending=True, stable=True)
    kept, lost = order[:KEPT].sort().values, order[KEPT:]
    print(f"lost {float(does.detach()[lost].sum() / does.detach().sum()):.3f} of what all do", flush=True)
    with torch.no_grad():
        layer.contract.bias += layer.contract.weight[:, lost] @ mean[lost]
        layer.expand.weight, layer.expand.bias = (torch.nn.Parameter(part[kept].clone()) for part in (layer.expand.weight, layer.expand.bias))
        layer.contract.weight = torch.nn.Parameter(layer.contract.weight[:, kept].clone())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = open_checkpoint(options.work / "refine.pt"), open_tokenizer(options.base / "tokenizer.json")
    sets = Sets(options.data, unseen(options.data, Challenge()))
    texts = sets.emotion(options.soft_labels).texts[:COMMENTS] + sets.forum().texts[:POSTS]
    found = activations(model, tokenise(tokenizer, [{"text": text} for text in texts], LIMIT))
    for layer, (mean, size) in zip(model.layers, found, strict=True):
        narrow(layer, mean, size)
    torch.save(model.state_dict(), options.work / "narrow.pt")


if __name__ == "__main__":
    main()
