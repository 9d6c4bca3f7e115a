"""Stage 7: the weights of the large maps settle on the steps that the int8 form has, so that it and the fp32 form differ in
activations alone, but for the rounding of stored weights to fp16: less than .03 of a step.

A step is a 63rd of the greatest weight of an output. Input after input of a map, a weight goes to its nearest whole step, and the
weights of the inputs not yet settled make up for what it lost, as far as their values go together on train texts (Frantar et al.
2022, GPTQ). All maps settle by what they read before any of them has. Before that, far channels of what mixers and the layers of
tokens give are drawn in by powers of two, which in float32 changes no value of the fp32 form. Also writes WORK/steady.npz for
quantise.py: by map, the factors that draw in what stays far.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from model import TOKEN_LAYERS, WIDTH, TextEncoder, open_checkpoint
from quantise import calibration_texts
from rounding import WEIGHT_MOST, column_scales, drawn_in, factors_of, large_maps, reach, read_all
from tasks import Sets, unseen
from torch import Tensor

TEXTS = {"goemotions": 1000, "emobank": 200, "loneliness_irf": 120, "dreaddit": 120, "cssrs_posts": 60}  # train rows to settle on
LONGEST = 512
DAMPING = 0.01  # of the mean diagonal of `products`, put on it
BLOCK = 64  # inputs that are settled before those behind them hear of it


def even_values(model: TextEncoder, far: dict[str, Tensor]) -> None:
    """Draws in the far channels of what mixers, and the layers of tokens, give: their values take a power of two on, what reads
    them gives it back."""
    with torch.no_grad():
        for number, layer in enumerate(model.layers):
            factors = drawn_in(far[f"layers.{number}.mixer.out"])
            layer.mixer.qkv.weight[2 * WIDTH :] *= factors[:, None]
            layer.mixer.qkv.bias[2 * WIDTH :] *= factors
            layer.mixer.out.weight /= factors
        factors = drawn_in(far["merge.join"].unflatten(0, (2, WIDTH)).amax(dim=0))
        norm = model.layers[TOKEN_LAYERS - 1].norm
        norm.weight *= factors
        norm.bias *= factors
        model.merge.join.weight /= factors.repeat(2)
        for head in model.heads.values():
            head.token.weight /= factors


def products(model: TextEncoder, rows: list[np.ndarray]) -> dict[str, Tensor]:
    """Sums of x xT of what each map reads: (in, in) float64."""
    sums: dict[str, Tensor] = {}

    def read(name: str, x: Tensor) -> None:
        values = x.double()
        sums[name] = sums.get(name, 0) + values.t() @ values

    read_all(model, rows, read)
    return sums


def settled(weight: Tensor, product: Tensor, factors: Tensor | None) -> Tensor:
    """Weight (out, in) on its steps, by the map's `products`. The greatest of each row stays, for the steps are read off it."""
    step = torch.from_numpy(column_scales(weight, factors)).double()
    spread = torch.ones(weight.shape[1], dtype=torch.float64) if factors is None else factors.double()
    # In the units of the int8 form, where inputs take their factor on and weights give it back.
    left, product = weight.detach().double() / spread, product * spread * spread[:, None]
    kept = left.abs() == left.abs().amax(dim=1, keepdim=True)
    product = product + torch.eye(len(product)) * DAMPING * product.diag().mean()
    order = torch.argsort(product.diag(), descending=True, stable=True)
    left, kept, product = left[:, order], kept[:, order], product[order][:, order]
    first = left.clone()
    inverse = torch.linalg.cholesky(torch.cholesky_inverse(torch.linalg.cholesky(product)), upper=True)
    for start in range(0, len(product), BLOCK):
        end = min(start + BLOCK, len(product))
        missed = torch.zeros(len(left), end - start, dtype=torch.float64)
        for k in range(start, end):
            w = left[:, k].clone()
            q = torch.where(kept[:, k], first[:, k], torch.clamp(torch.round(w / step), -WEIGHT_MOST, WEIGHT_MOST) * step)
            missed[:, k - start] = (w - q) / inverse[k, k]
            left[:, k:end] -= missed[:, k - start, None] * inverse[k, k:end]
            left[:, k] = q
        left[:, end:] -= missed @ inverse[start:end, end:]
    return (left[:, torch.argsort(order)] * spread).float()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--from", dest="first", default="gathered", help="checkpoint in WORK to begin with")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = open_checkpoint(options.work / f"{options.first}.pt"), open_tokenizer(options.base / "tokenizer.json")
    sets = Sets(options.data, unseen(options.data, Challenge()))
    far = reach(model, tokenise(tokenizer, [{"text": text} for text in calibration_texts(sets)]))
    even_values(model, far)
    factors = factors_of(far)
    generator, rows = np.random.default_rng(options.seed), []
    for name, count in TEXTS.items():
        rows += tokenise(tokenizer, [{"text": text} for text in sets.drawn(generator, count, f"{name}.train")], LONGEST)
    found = products(model, rows)
    with torch.no_grad():
        for name, part in large_maps(model).items():
            now = settled(part.weight, found[name], factors.get(name))
            print(f"{name}: weights moved by {float((now - part.weight).norm() / part.weight.norm()):.4f} of their size", flush=True)
            part.weight.copy_(now)
    np.savez(options.work / "steady.npz", **{name: values.numpy() for name, values in factors.items()})
    torch.save(model.state_dict(), options.work / "steady.pt")


if __name__ == "__main__":
    main()
