"""Stage 2: the upper layers learn to say of pairs of tokens what the released ones say of tokens.

After every upper layer the state of a pair is drawn towards the mean of its tokens' states in the released model. Also
writes that model's emotion logits for every comment and passage, which the joint training takes as one of its teachers.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from challenge import Challenge
from data import add_arguments, batches, open_tokenizer, tokenise
from heads import mean_of_real
from model import TextEncoder, load_released
from optimiser import Trainer
from states import States
from tasks import Sets, Task, joint_tasks, unseen
from torch import Tensor

LOG_EVERY = 25


def states_of(options: argparse.Namespace, model: TextEncoder, names: list[str]) -> dict[str, tuple[Task, States]]:
    """Tasks by name with their states, computed where they are not there yet."""
    challenge, tokenizer = Challenge(), open_tokenizer(options.base / "tokenizer.json")
    sets = Sets(options.data, unseen(options.data, challenge))
    found = {}
    for task in joint_tasks(sets, challenge, options.soft_labels, options.seed):
        if not names or task.name in names:
            rows = tokenise(tokenizer, [{"text": text} for text in task.texts], task.limit)
            found[task.name] = (task, States.kept(options.work / f"states-{task.name}", model, rows))
    return found


def means_of_pairs(x: Tensor, mask: Tensor) -> Tensor:
    """(B, T, D), T even -> mean over the real tokens of each pair (B, T / 2, D)."""
    weight = mask.unflatten(1, (-1, 2))[..., None]
    return (x.unflatten(1, (-1, 2)) * weight).sum(dim=2) / weight.sum(dim=2).clamp(min=1)


def difference(student: TextEncoder, released: TextEncoder, states: Tensor, mask: Tensor) -> Tensor:
    """Squared error relative to the variance of the target, mean over the upper layers and the pooled vector."""
    with torch.no_grad():
        targets = released.unmerged(states, mask)
        pooled = mean_of_real(targets[-1], mask)
    x, pair_mask = student.merge(states, mask)
    errors = []
    for layer, target in zip(student.layers[len(student.layers) - len(targets) :], targets):
        x = layer(x, pair_mask)
        wanted, real = means_of_pairs(target, mask), pair_mask[..., None]
        errors.append((((x - wanted) * real) ** 2).sum() / ((wanted * real) ** 2).sum())
    errors.append(4 * ((mean_of_real(x, pair_mask) - pooled) ** 2).sum() / (pooled**2).sum())
    return sum(errors) / len(errors)


def released_logits(released: TextEncoder, states: States) -> np.ndarray:
    """Emotion logits (rows, 28) of the model as released."""
    logits = np.zeros((len(states.lengths), 28), np.float32)
    with torch.no_grad():
        for group in batches(states.lengths, 32):
            lower, mask = states.batch(group)
            logits[group] = released.heads["emotion"].mean(mean_of_real(released.unmerged(lower, mask)[-1], mask)).numpy()
    return logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--logits", choices=("emotion", "passages"), help="write the released model's logits of one set, and end")
    options = parser.parse_args()
    torch.set_num_threads(1)
    released = load_released(options.base, options.minilm, merged=False)
    if options.logits:
        _, states = states_of(options, released, [options.logits])[options.logits]
        np.save(options.work / f"released-{options.logits}.npy", released_logits(released, states))
        return
    student = load_released(options.base, options.minilm)
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    sources = list(states_of(options, released, ["emotion", "passages"]).values())
    streams = [batches(states.lengths, options.batch, generator) for _, states in sources]
    trainer, start, total = Trainer(student, options.steps, options.rate, head_rate=0.0), time.monotonic(), 0.0
    student.train()
    for module in student.modules():
        if hasattr(module, "p"):
            module.p = 0.0
    for step in range(options.steps):
        place = step % 2
        lower, mask = sources[place][1].batch(next(streams[place]))
        loss = difference(student, released, lower, mask)
        trainer.step(loss)
        total += float(loss.detach())
        if (step + 1) % LOG_EVERY == 0:
            print(f"step {step + 1}/{options.steps} relative error {total / LOG_EVERY:.4f} {time.monotonic() - start:.0f} s", flush=True)
            total = 0.0
    torch.save(student.state_dict(), options.work / "pairs.pt")


if __name__ == "__main__":
    main()
