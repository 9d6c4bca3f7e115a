"""Train the model of minute streams: each person left out in turn, then once on everybody.

A run leaves out one person with depression, one without and one of the scored nights, as long as there are. Each finished run leaves `<run>.pt` and
`<run>.npz` with the logits of those left out; a run whose files are there is not repeated.
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

from hybrid import DailyHybrid
from recordings import DAY, UNKNOWN, Person, depresjon, nights
from settle import settle, tensors

EVERYBODY = "all"
ASSUMED_WORTH = 0.2  # of a block taken as awake without a scorer, against one that was scored


class Sampler:
    """Random crops of people; both classes of mood alike, nights beside them, and changes that other people and other
    devices might have made."""

    def __init__(self, people: list[Person], length: int, seed: int):
        self.sick = [p for p in people if p.depressed == 1]
        self.well = [p for p in people if p.depressed == 0]
        self.asleep = [p for p in people if p.depressed == UNKNOWN]
        self.length, self.rng = length, np.random.default_rng(seed)

    def draw(self, moods: int, asleep: int) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
        """Blocks (B, length, …) and targets awake, assumed (B, length), depressed (B,)."""
        groups = [self.sick, self.well] * (moods // 2) + [self.asleep] * asleep
        rows = [self._crop(group[self.rng.integers(len(group))]) for group in groups]
        stacked = {k: torch.from_numpy(np.stack([row[k] for row in rows])) for k in rows[0]}
        return {k: stacked[k] for k in ("activity", "hr", "present")}, {k: stacked[k] for k in ("awake", "assumed", "depressed")}

    def _crop(self, person: Person) -> dict[str, np.ndarray]:
        rng = self.rng
        if person.depressed == UNKNOWN:  # a night is wanted whole, with some of the day before it
            begin = int(rng.integers(DAY - 180, DAY - 12)) if rng.random() < 0.7 else DAY
        else:
            begin = int(rng.integers(0, max(1, len(person) - self.length)))
        span = slice(begin, begin + self.length)
        row = {k: v[span].copy() for k, v in person.inputs.items()}
        row |= {"awake": person.awake[span].copy(), "assumed": person.assumed[span].astype(np.float32)}
        self._change(row)
        short = self.length - len(row["awake"])
        fill = {"awake": UNKNOWN}
        row = {k: np.pad(v, [(0, short)] + [(0, 0)] * (v.ndim - 1), constant_values=fill.get(k, 0)) for k, v in row.items()}
        return {k: v.astype(np.float32) for k, v in row.items()} | {"depressed": np.float32(person.depressed)}

    def _change(self, row: dict[str, np.ndarray]) -> None:
        """In place: another level, minutes and hours lost."""
        rng, present = self.rng, row["present"]
        row["activity"] *= np.exp(rng.normal(0, 0.15))
        row["hr"] = (70 + (row["hr"] + rng.normal(0, 4) - 70) * np.exp(rng.normal(0, 0.15))) * (row["hr"] > 0)
        if rng.random() < 0.5:
            present *= rng.random(present.shape) > rng.uniform(0, 0.5)
        for _ in range(rng.poisson(0.7)):
            begin = int(rng.integers(0, len(present)))
            present[begin : begin + int(rng.integers(3, 60))] = 0
        row["activity"] *= present[..., :1]
        row["hr"] *= present[..., 1:]


def loss_of(logits: torch.Tensor, truth: dict[str, torch.Tensor], heard: torch.Tensor) -> torch.Tensor:
    """Awake where it is known and heart rate is there, classes alike; mood twice a day, classes alike by the draw."""
    awake, assumed = truth["awake"], truth["assumed"]
    scored = (awake != UNKNOWN).float() * heard
    target = torch.where(awake != UNKNOWN, awake, assumed)
    weight = scored + ASSUMED_WORTH * assumed * heard * (1 - scored)
    up, down = weight * target * scored, weight * (1 - target)
    worth = scored * target / (2 * up.sum() + 1e-6) + scored * (1 - target) / (2 * down.sum() + 1e-6)
    worth = worth + (1 - scored) * weight / (2 * up.sum() + 1e-6)
    wake = F.binary_cross_entropy_with_logits(logits[..., 0], 0.03 + 0.94 * target, reduction="none")
    some = logits[truth["depressed"] != UNKNOWN][:, DAY // 2 - 1 :: DAY // 2, 1]
    mood = truth["depressed"][truth["depressed"] != UNKNOWN][:, None].expand_as(some)
    return (wake * worth).sum() + F.binary_cross_entropy_with_logits(some, 0.1 + 0.8 * mood)


@torch.no_grad()
def set_usual(model: DailyHybrid, people: list[Person]) -> None:
    """Untrained features of spread 1 about 0 over everybody."""
    for i, name in enumerate(("activity", "hr")):
        heard = [p for p in people if p.present[..., i].any()]
        blocks = {k: torch.from_numpy(np.concatenate([p.inputs[k] for p in heard]))[None] for k in heard[0].inputs}
        features, share = model.front(blocks)
        features = features[0, share[0, :, i] > 0][:, 8 * i : 8 * i + 8]
        mean, spread = features.mean(0), features.std(0) + 1e-3
        model.front.out[i].weight.div_(spread[:, None])
        model.front.out[i].bias.sub_(mean).div_(spread)


def fit(people: list[Person], args: argparse.Namespace) -> DailyHybrid:
    """A fixed number of steps (nobody left out is ever looked at); averaged weights."""
    torch.manual_seed(args.seed)
    sampler, model = Sampler(people, args.length, args.seed), DailyHybrid(args.dropout).train()
    set_usual(model, people)
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.lr, total_steps=args.steps, pct_start=0.2)
    running = 0.0
    for step in range(1, args.steps + 1):
        blocks, truth = sampler.draw(args.moods, args.nights)
        loss = loss_of(model.trunk(blocks), truth, (blocks["present"][..., 1].mean(2) > 0).float())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(0.9, step / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        running = loss.item() if step == 1 else 0.9 * running + 0.1 * loss.item()
    print(f"  loss {running:.3f}", flush=True)
    return average


@torch.no_grad()
def predict(model: DailyHybrid, person: Person, begin: int = 0) -> np.ndarray:
    """Logits (blocks, 2) from block `begin` on."""
    return model(tensors(person, begin))[0].numpy()


@torch.no_grad()
def plain(model: DailyHybrid, person: Person) -> np.ndarray:
    """What the plain statistics alone say (blocks,): of being awake, or of low mood."""
    part = model.pulse if person.depressed == UNKNOWN else model.days
    return part(tensors(person))[0].numpy()


def runs(moods: list[Person], asleep: list[Person]) -> dict[str, list[str]]:
    """Who is left out of each run."""
    sick, well = ([p.name for p in moods if p.depressed == kind] for kind in (1, 0))
    groups = [sick, well, [p.name for p in asleep]]
    folds = [[name for group in groups for name in group[i : i + 1]] for i in range(max(map(len, groups)))]
    return {f"fold-{i:02}": left for i, left in enumerate(folds)} | {EVERYBODY: []}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("depresjon", type=Path, help="folder with scores.csv, condition and control")
    parser.add_argument("walch", type=Path, help="folder with HR and Sleep")
    parser.add_argument("work", type=Path, help="folder for weights and logits (resumed when present)")
    parser.add_argument("--steps", type=int, default=70)
    parser.add_argument("--moods", type=int, default=8, help="crops of activity a step")
    parser.add_argument("--nights", type=int, default=4, help="nights a step")
    parser.add_argument("--length", type=int, default=288, help="blocks of a crop")
    parser.add_argument("--lr", type=float, default=6e-3)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", help="runs to do: fold-00, …, all")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    moods, asleep = depresjon(args.depresjon), nights(args.walch)
    files = {p.name: p for p in depresjon(args.depresjon, whole=True)}
    for run, left in runs(moods, asleep).items():
        weights, logits = args.work / f"{run}.pt", args.work / f"{run}.npz"
        if (args.only and run not in args.only) or (weights.exists() and logits.exists()):
            continue
        begin = time.process_time()
        others = [p for p in moods + asleep if p.name not in left]
        model = fit(others, args)
        settle(model, others)
        found = {p.name: predict(model, p) for p in moods + asleep if p.name in left}
        found |= {f"{p.name} night alone": predict(model, p, DAY) for p in asleep if p.name in left}
        found |= {f"{name} whole file": predict(model, files[name])[-1] for name in left if name in files}
        found |= {f"{p.name} statistics": plain(model, p) for p in moods + asleep if p.name in left}
        np.savez(logits, **found)
        torch.save(model.state_dict(), weights)
        ends = {p.name: round(float(found[p.name][-1, 1]), 2) for p in moods if p.name in left}
        print(run, ends, f"{time.process_time() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
