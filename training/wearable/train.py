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

from data import SIGNALS, Recording, Sampler, hop_windows, load_wesad, stack
from model import WearableHybrid

EVERYBODY = "all"
STRESS = 1
# chance that a whole signal is missing in training; high where it tells the laboratory's order of events
# (posture and movement, warming skin) rather than stress
LOST = {"BVP": 0.12, "ACC": 0.5, "EDA": 0.12, "TEMP": 0.3}
# what is taken away when asking how much one signal matters
ABLATIONS = {"all signals": [], **{f"without {n}": [n] for n in SIGNALS}, "EDA and BVP only": ["ACC", "TEMP"]}


def remove(batch: dict[str, np.ndarray], signal: str, rows: np.ndarray, quarters: slice = slice(None)) -> None:
    """Mark a signal missing in these rows and quarters: its samples become 0, as the graph's contract says."""
    column = list(SIGNALS).index(signal)
    for row in rows:
        batch["present"][row, quarters, column] = 0
        samples = batch[signal.lower()][row]
        samples.reshape(240, -1)[quarters] = 0


def turn(rng: np.random.Generator) -> np.ndarray:
    """A random rotation or reflection (3, 3) of the accelerometer's axes."""
    return np.linalg.qr(rng.normal(size=(3, 3)))[0].astype(np.float32)


def augment(batch: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    """In place: other skins, sensors and wrists (gains, offsets, turned axes), and signals lost whole or in part."""
    count = len(batch["present"])
    column = lambda values: values.astype(np.float32)[:, None, None]
    batch["bvp"] *= column(np.exp(rng.normal(0, 0.4, count)))
    batch["eda"] *= column(np.exp(rng.normal(0, 0.5, count)))
    batch["temp"] += column(rng.normal(0, 1.5, count))
    for row in np.flatnonzero(rng.random(count) < 0.5):
        batch["acc"][row] = batch["acc"][row] @ turn(rng)
    batch["acc"] += rng.normal(0, 4, (count, 1, 3)).astype(np.float32)
    for signal, lost in LOST.items():
        remove(batch, signal, np.flatnonzero(rng.random(count) < lost))
        for row in np.flatnonzero(rng.random(count) < 0.12):
            begin = int(rng.integers(0, 220))
            remove(batch, signal, np.array([row]), slice(begin, begin + int(rng.integers(8, 120))))


def tensors(batch: dict[str, np.ndarray]) -> list[torch.Tensor]:
    return [torch.from_numpy(batch[key]) for key in ("bvp", "acc", "eda", "temp", "present")]


def loss_of(stress: torch.Tensor, state: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    is_stress = (labels == STRESS).float()
    return F.binary_cross_entropy_with_logits(stress[:, 0], is_stress) + 0.5 * F.cross_entropy(
        state, labels, label_smoothing=0.05
    )


def fit(recordings: dict[str, Recording], sampler: Sampler, args: argparse.Namespace) -> WearableHybrid:
    """Train for a fixed number of steps (no person left out is ever looked at) and return averaged weights."""
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed + 1)
    model = WearableHybrid(args.dropout).train()
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.lr, total_steps=args.steps, pct_start=0.15)
    running, begin = 0.0, time.monotonic()
    for step in range(1, args.steps + 1):
        windows = sampler.draw(args.batch)
        batch = stack(recordings, windows)
        augment(batch, rng)
        loss = loss_of(*model(*tensors(batch)), torch.tensor([label for *_, label in windows]))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(0.99, step / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"  step {step} loss {running:.3f} {time.monotonic() - begin:.0f} s", flush=True)
    return average


@torch.no_grad()
def predict(model: WearableHybrid, recordings: dict[str, Recording], windows: list, without: list[str] = []) -> np.ndarray:
    """Logits (windows, 5): stress, then the four states; `without` signals are marked missing."""
    out = []
    for i in range(0, len(windows), 64):
        batch = stack(recordings, windows[i : i + 64])
        for signal in without:
            remove(batch, signal, np.arange(len(batch["present"])))
        out.append(torch.cat(model(*tensors(batch)), 1).numpy())
    return np.concatenate(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with WESAD's Sx_E4.zip and labels.csv")
    parser.add_argument("work", type=Path, help="folder for weights and logits (resumed when present)")
    parser.add_argument("--people", nargs="*", help=f"runs to do: people left out, or '{EVERYBODY}' (default: each, then all)")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--dropout", type=float, default=0.15)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    recordings, intervals = load_wesad(args.data)
    for out_person in args.people or [*sorted(recordings), EVERYBODY]:
        weights, logits = args.work / f"{out_person}.pt", args.work / f"{out_person}.npz"
        if weights.exists() and (out_person == EVERYBODY or logits.exists()):
            print(out_person, "is done")
            continue
        print(out_person, flush=True)
        model = fit(recordings, Sampler(intervals, [p for p in recordings if p != out_person], args.seed), args)
        torch.save(model.state_dict(), weights)
        if out_person != EVERYBODY:
            windows = [w for w in hop_windows(intervals) if w[0] == out_person]
            found = {name: predict(model, recordings, windows, gone) for name, gone in ABLATIONS.items()}
            np.savez(logits, labels=np.array([w[2] for w in windows]), **found)
            right = (found["all signals"][:, 0] > 0) == (np.array([w[2] for w in windows]) == STRESS)
            print(f"  accuracy at logit 0: {right.mean():.3f}", flush=True)


if __name__ == "__main__":
    main()
