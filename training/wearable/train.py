"""Train the wearable model: once for each person left out, then once on everybody.

Each finished run leaves `<person>.pt` and, for a person left out, `<person>.npz` with that person's
logits; a run whose files are there is not repeated, so an interrupted training goes on where it was.
"""

import argparse
import copy
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from torch.nn import functional as F

from augment import augment
from blocks import NONE, SETTLED, Stream, streams
from data import SIGNALS
from model import WearableHybrid
from sampler import STRESS, Sampler

EVERYBODY = "all"
# what is taken away when asking how much one signal matters
ABLATIONS = {"all signals": [], **{f"without {n}": [n] for n in SIGNALS}, "EDA and BVP only": ["ACC", "TEMP"]}
MODES = {"causal": 0.0, "whole": 1.0}


def tensors(blocks: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in blocks.items()}


def settled(labels: np.ndarray) -> np.ndarray:
    """Weight of each block's label: full once the last 60 s are of one condition, less before."""
    same = np.ones(labels.shape, bool)
    for back in range(1, SETTLED):
        same[:, back:] &= labels[:, back:] == labels[:, :-back]
        same[:, :back] = False
    return np.where(labels == NONE, 0, np.where(same, 1, 0.2)).astype(np.float32)


def loss_of(logits: torch.Tensor, labels: np.ndarray, good: np.ndarray) -> torch.Tensor:
    """Stress and state where a condition is known, classes alike; quality everywhere."""
    weight, truth = torch.from_numpy(settled(labels)), torch.from_numpy(labels.clip(0))
    stress = (truth == STRESS).float()
    even = weight * torch.where(stress == 1, 0.5 / (weight * stress).sum(), 0.5 / (weight * (1 - stress)).sum())
    a = F.binary_cross_entropy_with_logits(logits[..., 0], 0.05 + 0.9 * stress, reduction="none")
    b = F.cross_entropy(logits[..., 1:5].flatten(0, 1), truth.flatten(), label_smoothing=0.1, reduction="none")
    c = F.binary_cross_entropy_with_logits(logits[..., 5], torch.from_numpy(good))
    return (a * even).sum() + 0.5 * (b * weight.flatten()).sum() / weight.sum() + 0.3 * c


@torch.no_grad()
def set_usual(model: WearableHybrid, people: list[Stream]) -> None:
    """Untrained features of spread 1 about 0 over everybody, so that training starts with deviations of a useful size."""
    features = torch.cat([model.front(tensors({k: v[None] for k, v in p.signals.items()}))[0][0] for p in people])
    outs = [part.out for part in model.front.signals.values()]
    sizes = [out.out_features for out in outs]
    for out, mean, spread in zip(outs, features.mean(0).split(sizes), features.std(0).split(sizes)):
        out.weight.div_(spread[:, None])
        out.bias.sub_(mean).div_(spread)


def fit(people: list[Stream], args: argparse.Namespace) -> WearableHybrid:
    """Train for a fixed number of steps (no person left out is ever looked at) and return averaged weights."""
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed + 1)
    sampler = Sampler(people, args.length, args.seed)
    model = WearableHybrid(args.dropout).train()
    set_usual(model, people)
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.lr, total_steps=args.steps, pct_start=0.15)
    running, begin = 0.0, time.monotonic()
    for step in range(1, args.steps + 1):
        blocks, labels = sampler.draw(args.batch)
        good = augment(blocks, rng)
        warm = torch.from_numpy((rng.random(args.batch) < 0.5).astype(np.float32))
        loss = loss_of(model(tensors(blocks), warm), labels, good)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(0.98, step / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        running = loss.item() if step == 1 else 0.95 * running + 0.05 * loss.item()
        if step % 50 == 0:
            print(f"  step {step} loss {running:.3f} {time.monotonic() - begin:.0f} s", flush=True)
    return average


@torch.no_grad()
def predict(model: WearableHybrid, person: Stream, mode: str, without: tuple[str, ...] | list[str] = ()) -> np.ndarray:
    """Logits (blocks, 6) over a whole recording from its first block on; `without` signals are marked missing."""
    blocks = {k: v[None].copy() for k, v in person.signals.items()}
    for signal in without:
        blocks[signal.lower()][:] = 0
        blocks["present"][..., list(SIGNALS).index(signal)] = 0
    return model(tensors(blocks), torch.tensor([MODES[mode]]))[0].numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with WESAD's Sx_E4.zip and labels.csv")
    parser.add_argument("work", type=Path, help="folder for weights and logits (resumed when present)")
    parser.add_argument("--people", nargs="*", help=f"runs to do: people left out, or '{EVERYBODY}' (default: each, then all)")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=320, help="blocks of a sequence")
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    people = streams(args.data)
    for out_person in args.people or [*(p.person for p in people), EVERYBODY]:
        weights, logits = args.work / f"{out_person}.pt", args.work / f"{out_person}.npz"
        if weights.exists() and (out_person == EVERYBODY or logits.exists()):
            print(out_person, "is done")
            continue
        print(out_person, flush=True)
        model = fit([p for p in people if p.person != out_person], args)
        torch.save(model.state_dict(), weights)
        for person in people:
            if person.person == out_person:
                found = {f"{mode}, {name}": predict(model, person, mode, gone) for mode in MODES for name, gone in ABLATIONS.items()}
                np.savez(logits, labels=person.labels, scored=person.scored, **found)
                for mode in MODES:
                    chosen = found[f"{mode}, all signals"][person.scored, 0] > 0
                    truth = person.labels[person.scored] == STRESS
                    print(f"  {mode}: sensitivity {chosen[truth].mean():.3f} specificity {1 - chosen[~truth].mean():.3f}", flush=True)


if __name__ == "__main__":
    main()
