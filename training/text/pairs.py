"""Stage 1: the upper layers learn to say of pairs of tokens what the released ones say of tokens.

After every upper layer the state of a pair is drawn towards the mean of its tokens' states in the released model; the token
layers stay. With --logits it writes that model's emotion logits of comments, passages and segments instead, which the joint
training takes as one of its teachers.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from challenge import Challenge
from data import add_arguments, batches, open_tokenizer, pad_tensors, tokenise
from heads import mean_of_real
from model import TOKEN_LAYERS, TextEncoder, load_released
from optimiser import Trainer
from tasks import Sets, Task, joint_tasks, unseen
from tokens import Tokens
from torch import Tensor

LOG_EVERY = 25
UNLABELLED = ("emotion", "passages", "segments")


def tokens_of(options: argparse.Namespace, model: TextEncoder, names: list[str]) -> dict[str, tuple[Task, Tokens]]:
    """Tasks by name with their tokens."""
    challenge, tokenizer = Challenge(), open_tokenizer(options.base / "tokenizer.json")
    sets, found = Sets(options.data, unseen(options.data, challenge)), {}
    for task in joint_tasks(sets, challenge, options.soft_labels, options.seed):
        if task.name in names:
            found[task.name] = (task, Tokens(model, tokenise(tokenizer, [{"text": text} for text in task.texts], task.limit)))
    return found


def means_of_pairs(x: Tensor, mask: Tensor) -> Tensor:
    """(B, T, D), T even -> mean over the real tokens of each pair (B, T / 2, D)."""
    weight = mask.unflatten(1, (-1, 2))[..., None]
    return (x.unflatten(1, (-1, 2)) * weight).sum(dim=2) / weight.sum(dim=2).clamp(min=1)


def difference(student: TextEncoder, released: TextEncoder, lower: Tensor, mask: Tensor) -> Tensor:
    """Squared error relative to the variance of the target, mean over the upper layers and the pooled vector."""
    with torch.no_grad():
        targets = [target.float() for target in released.unmerged(lower, mask)]
        pooled = mean_of_real(targets[-1], mask)
    x, pair_mask = student.merge(lower, mask)
    errors = []
    for layer, target in zip(student.layers[len(student.layers) - len(targets) :], targets):
        x = layer(x, pair_mask)
        wanted, real = means_of_pairs(target, mask), pair_mask[..., None]
        errors.append((((x.float() - wanted) * real) ** 2).sum() / ((wanted * real) ** 2).sum())
    errors.append(4 * ((mean_of_real(x.float(), pair_mask) - pooled) ** 2).sum() / (pooled**2).sum())
    return sum(errors) / len(errors)


def released_logits(released: TextEncoder, tokens: Tokens) -> np.ndarray:
    """Emotion logits (rows, 28) of the model as released."""
    logits = np.zeros((len(tokens.lengths), 28), np.float32)
    with torch.no_grad():
        for group in batches(tokens.lengths, 64):
            ids, mask = pad_tensors([tokens.rows[i] for i in group])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                states = released.unmerged(released.lower(ids, mask), mask)[-1].float()
            logits[group] = released.heads["emotion"].mean(mean_of_real(states, mask)).numpy()
    return logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--logits", action="store_true", help="write the released model's logits, and end")
    options = parser.parse_args()
    torch.set_num_threads(1)
    released = load_released(options.base, options.minilm, merged=False)
    sources = tokens_of(options, released, [*UNLABELLED])
    if options.logits:
        for name, (_, tokens) in sources.items():
            path = options.work / f"released-{name}.npy"
            if not (path.exists() and len(np.load(path, mmap_mode="r")) == len(tokens.rows)):
                np.save(path, released_logits(released, tokens))
            print(name, len(tokens.rows), "rows", flush=True)
        return
    student = load_released(options.base, options.minilm)
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    streams = {name: batches(tokens.lengths, options.batch, generator) for name, (_, tokens) in sources.items()}
    trainer, start, total = Trainer(student, options.steps, options.rate, head_rate=0.0, lowest=TOKEN_LAYERS), time.monotonic(), 0.0
    student.train()
    for module in student.modules():
        if hasattr(module, "p"):
            module.p = 0.0
    for step in range(options.steps):
        name = UNLABELLED[step % len(UNLABELLED)]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.no_grad():
                lower, mask = sources[name][1].batch(next(streams[name]))
            loss = difference(student, released, lower.float(), mask)
        trainer.step(loss)
        total += float(loss.detach())
        if (step + 1) % LOG_EVERY == 0:
            print(f"step {step + 1}/{options.steps} relative error {total / LOG_EVERY:.4f} {time.monotonic() - start:.0f} s", flush=True)
            total = 0.0
    torch.save(student.state_dict(), options.work / "pairs.pt")


if __name__ == "__main__":
    main()
