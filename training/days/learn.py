"""Train the model of days: people in tenths left out in turn, then once on everybody.

Every setting below was fixed before any figure was seen. Each finished run leaves `<run>.pt` and `<run>.npz` with the logits of those
left out; a run whose files are there is not repeated.
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

from day_model import COUNT, DayHybrid
from sets import UNKNOWN, Person, everybody

FOLDS, EVERYBODY = 10, "all"
SEED = 7
STEPS, RATE, DECAY, DROPOUT = 200, 3e-3, 0.1, 0.3
EACH = 8  # people of either kind and set a step
LENGTH = 56  # days of a crop
FROM = 6  # no day before the seventh says anything of a person
SOFT = 0.1  # of a label's certainty taken off


def folds(people: list[Person]) -> dict[str, list[str]]:
    """Who is left out of each run: tenths of every set, both kinds alike, by a fixed draw."""
    rng, left = np.random.default_rng(0), {f"fold-{i}": [] for i in range(FOLDS)}
    turn = 0
    for of in sorted({p.of for p in people}):
        for kind in (0, 1):
            for name in rng.permutation([p.name for p in people if p.of == of and p.lonely == kind]):
                left[f"fold-{turn % FOLDS}"].append(str(name))
                turn += 1
    return left | {EVERYBODY: []}


class Sampler:
    """Random crops of people, sets and both kinds alike, and changes that other devices might have made."""

    def __init__(self, people: list[Person], seed: int):
        sets = sorted({p.of for p in people})
        self.groups = [[p for p in people if p.of == of and p.lonely == kind] for of in sets for kind in (0, 1)]
        self.rng = np.random.default_rng(seed)

    def draw(self) -> dict[str, torch.Tensor]:
        """values, present (B, LENGTH, 6); truth, worth (B, LENGTH)."""
        rows = [self.crop(group[self.rng.integers(len(group))]) for group in self.groups for _ in range(EACH)]
        return {k: torch.from_numpy(np.stack([row[k] for row in rows])) for k in rows[0]}

    def crop(self, person: Person) -> dict[str, np.ndarray]:
        rng = self.rng
        begin = int(rng.integers(0, max(1, len(person) - 2 * FROM)))
        span = slice(begin, begin + LENGTH)
        values, present = person.values[span].copy(), person.present[span].copy()
        values *= np.exp(rng.normal(0, 0.1, COUNT))
        present *= rng.random(COUNT) > 0.15  # a device that is not there
        present *= rng.random(present.shape) > rng.uniform(0, 0.4)
        moments = person.moments[span]
        truth = np.where(moments == UNKNOWN, person.lonely, moments)
        worth = present.max(1) * (np.arange(len(present)) >= FROM)
        short = LENGTH - len(values)
        pad = lambda x: np.pad(x, [(0, short)] + [(0, 0)] * (x.ndim - 1)).astype(np.float32)
        return {"values": pad(values * present), "present": pad(present), "truth": pad(truth), "worth": pad(worth)}


def fit(people: list[Person], seed: int) -> DayHybrid:
    """A fixed number of steps (nobody left out is ever looked at); averaged weights."""
    torch.manual_seed(seed)
    sampler, model = Sampler(people, seed), DayHybrid(DROPOUT).train()
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.2)
    running = 0.0
    for step in range(1, STEPS + 1):
        batch = sampler.draw()
        logits = model(batch["values"], batch["present"])
        truth = SOFT + (1 - 2 * SOFT) * batch["truth"]
        each = F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * batch["worth"]
        loss = (each.sum(1) / (batch["worth"].sum(1) + 1e-6)).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(0.95, step / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        running = loss.item() if step == 1 else 0.95 * running + 0.05 * loss.item()
    print(f"  loss {running:.3f}", flush=True)
    return average


@torch.no_grad()
def predict(model: DayHybrid, person: Person) -> np.ndarray:
    """Logit after each day (T,)."""
    return model(*(torch.from_numpy(x[None]) for x in (person.values, person.present)))[0].numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the three sets unpacked")
    parser.add_argument("work", type=Path, help="folder for weights and logits (resumed when present)")
    parser.add_argument("--only", nargs="*", help="runs to do: fold-0, …, all")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    people = everybody(args.data)
    for run, left in folds(people).items():
        weights, logits = args.work / f"{run}.pt", args.work / f"{run}.npz"
        if (args.only and run not in args.only) or (weights.exists() and logits.exists()):
            continue
        begin = time.process_time()
        model = fit([p for p in people if p.name not in left], SEED)
        np.savez(logits, **{p.name: predict(model, p) for p in people if p.name in left})
        torch.save(model.state_dict(), weights)
        print(run, f"{time.process_time() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
