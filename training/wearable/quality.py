"""Train the small part that judges a block's signal quality, behind the finished weights of every fold.

Every person's recording is spoilt in each way in half of its stretches; the rest of the network stays as it is.
Rewrites WORK/<person>.pt with the new part; done again, it comes to the same.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from augment import dropped, flat, off_wrist, shaken
from blocks import Stream, streams
from model import WearableHybrid
from train import EVERYBODY, tensors

KINDS = {"off the wrist": off_wrist, "shaken": shaken, "samples dropped": dropped, "flat lines": flat}
STEPS = 400


def spoilt(person: Stream, kind, seed: int) -> tuple[Stream, np.ndarray]:
    """A recording with half of its stretches of 6 blocks spoilt in one way, and which blocks are still good."""
    rng = np.random.default_rng(seed)
    blocks, good = {k: v[None].copy() for k, v in person.signals.items()}, np.ones(len(person), bool)
    for begin in range(0, len(person) - 6, 6):
        if rng.random() < 0.5:
            kind(blocks, 0, slice(begin, begin + 6), rng)
            good[begin : begin + 6] = False
    return Stream(person.person, {k: v[0] for k, v in blocks.items()}, person.labels, person.scored), good


@torch.no_grad()
def heard(model: WearableHybrid, person: Stream) -> Tensor:
    """What `judge` is given for each block of a recording: (blocks, 51)."""
    kept = []
    hook = model.judge.register_forward_pre_hook(lambda _, given: kept.append(given[0][0]))
    model(tensors({k: v[None] for k, v in person.signals.items()}))
    hook.remove()
    return kept[0]


def fit(model: WearableHybrid, people: list[Stream], seed: int) -> None:
    """In place: the judge alone."""
    rows, good = [], []
    for number, person in enumerate(people):
        for place, kind in enumerate(KINDS.values()):
            other, kept = spoilt(person, kind, 1000 + 10 * number + place)
            rows.append(heard(model, other))
            good.append(torch.from_numpy(kept).float())
    x, y = torch.cat(rows), torch.cat(good)
    torch.manual_seed(seed)
    for layer in (model.judge[0], model.judge[2]):
        layer.reset_parameters()
    optimiser = torch.optim.AdamW(model.judge.parameters(), lr=1e-2, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, total_steps=STEPS)
    for _ in range(STEPS):
        some = torch.randint(len(x), (2048,))
        loss = F.binary_cross_entropy_with_logits(model.judge(x[some])[:, 0], 0.02 + 0.96 * y[some])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    print(f"  loss {loss.item():.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("work", type=Path, help="folder that train.py filled")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    people = streams(args.data)
    for out_person in [EVERYBODY, *(p.person for p in people)]:
        path, model = args.work / f"{out_person}.pt", WearableHybrid().eval()
        model.load_state_dict(torch.load(path), strict=False)
        print(out_person, flush=True)
        fit(model, [p for p in people if p.person != out_person], args.seed)
        torch.save(model.state_dict(), path)


if __name__ == "__main__":
    main()
