"""Stage 3: teaches the crisis head what ordinary text looks like; the encoder and the emotion head stay as they are.

Every rated post comes from a forum about suicide, so a head trained on them alone takes any complaint for a sign. A
small network on each token learns to lower the logits of ordinary rows, presumed to be of severity 0, and to leave
those of rated posts alone. Writes WORK/ordinary.pt, and WORK/ordinary.npz with the logits of rows left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from calibration import fit_platt
from crisis_head import HEADS, author_folds
from data import Corpus, add_arguments, batches, open_tokenizer, pad_tensors, severity_targets, tokenise
from model import TextEncoder, mean_of_tokens
from ordinary_rows import ordinary_rows

HIDDEN, EPOCHS, RATE, RATED_BATCH, ORDINARY_BATCH = 64, 8, 3e-3, 16, 48
KEEP, KEEP_SEVERITY_0, ALMOST_NEVER = 0.4, 0.2, 0.003
OWN_SHARE = 0.5  # of a level's logit; the rest is the mean of the six, which keeps P(severity > k) from crossing


def last_states(model: TextEncoder, rows: list[np.ndarray]) -> list[np.ndarray]:
    """States after the last layer of token rows, each (T, D) float16."""
    states: list[np.ndarray] = [np.empty(0)] * len(rows)
    with torch.no_grad():
        for group in batches(np.array([len(row) for row in rows]), 32):
            ids, mask = pad_tensors([rows[i] for i in group])
            values = model.last(model.lower(ids, mask, 0), mask, 0).numpy().astype(np.float16)
            for place, i in enumerate(group):
                states[i] = values[place, : len(rows[i])].copy()
    return states


def cropped(states: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Half of the time a run of tokens between the first and the last, so that length alone says little."""
    if generator.random() >= 0.5 or len(states) <= 14:
        return states
    size = max(int((len(states) - 2) * generator.uniform(0.15, 1)), 10)
    start = generator.integers(1, len(states) - size) if len(states) - size > 1 else 1
    return np.concatenate([states[:1], states[start : start + size], states[-1:]])


def padded(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """States (B, T, D) float32 and mask (B, T)."""
    states = np.zeros((len(rows), max(len(row) for row in rows), rows[0].shape[1]), np.float32)
    mask = np.zeros(states.shape[:2], np.float32)
    for place, row in enumerate(rows):
        states[place, : len(row)], mask[place, : len(row)] = row, 1
    return torch.from_numpy(states), torch.from_numpy(mask)


class CorrectedHead(torch.nn.Module):
    """A fixed linear head and a correction, one number for all six logits."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias
        self.expand = torch.nn.Linear(weight.shape[1], HIDDEN)
        self.contract = torch.nn.Linear(HIDDEN, 1, bias=False)
        torch.nn.init.zeros_(self.contract.weight)

    def forward(self, states: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The fixed logits (B, 6) and the correction (B, 1)."""
        fixed = mean_of_tokens(states @ self.weight.t(), mask) + self.bias
        return fixed, mean_of_tokens(self.contract(F.gelu(self.expand(states))), mask)

    def logits(self, rows: list[np.ndarray]) -> np.ndarray:
        """(rows, 6) float64."""
        values = np.zeros((len(rows), 6))
        with torch.no_grad():
            for group in batches(np.array([len(row) for row in rows]), 64):
                fixed, correction = self(*padded([rows[i] for i in group]))
                values[group] = (fixed + correction).numpy()
        return values


def endless(rows: list[np.ndarray], size: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    while True:
        yield from batches(np.array([len(row) for row in rows]), size, generator)


def correct(state: dict, rated: list[np.ndarray], severity: np.ndarray, ordinary: list[np.ndarray], scale: tuple, seed: int):
    """The head of a checkpoint's state with a correction learnt; scale: Platt's a and b of its logits."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    head = CorrectedHead(state["heads.crisis.weight"], state["heads.crisis.bias"])
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.05)
    a, b = (torch.tensor(value, dtype=torch.float32) for value in scale)
    steps = EPOCHS * -(-len(rated) // RATED_BATCH)
    some_rated, some_ordinary = endless(rated, RATED_BATCH, generator), endless(ordinary, ORDINARY_BATCH, generator)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min((step + 1) / 10, 1) * (1 - step / steps)
        chosen = next(some_rated)
        _, correction = head(*padded([cropped(rated[i], generator) for i in chosen]))
        weight = torch.from_numpy(np.where(severity[chosen] > 0, 1.0, KEEP_SEVERITY_0).astype(np.float32))
        kept = (weight[:, None] * correction**2).mean()
        fixed, correction = head(*padded([cropped(ordinary[i], generator) for i in next(some_ordinary)]))
        scaled = (fixed + correction) * a + b
        lowered = F.binary_cross_entropy_with_logits(scaled, torch.full_like(scaled, ALMOST_NEVER))
        (KEEP * kept + lowered).backward()
        optimiser.step()
        optimiser.zero_grad()
    return head.eval()


def save(path, shipped: dict, head: CorrectedHead, logits: np.ndarray, severity: np.ndarray, rated: int) -> None:
    """PATH.pt, PATH.npz; in both each level's logit drawn towards the mean of the six. Ordinary rows weigh as much as rated."""
    mix = OWN_SHARE * torch.eye(6) + (1 - OWN_SHARE) / 6
    shipped = {**shipped, "heads.crisis.weight": mix @ head.weight, "heads.crisis.bias": mix @ head.bias}
    for name in ("weight", "bias"):
        shipped[f"corrections.crisis.expand.{name}"] = getattr(head.expand, name).detach()
    shipped["corrections.crisis.contract.weight"] = head.contract.weight.detach().expand(6, -1).clone()
    torch.save(shipped, path.with_suffix(".pt"))
    is_rated = np.arange(len(severity)) < rated
    weights = np.where(is_rated, 1.0, rated / (~is_rated).sum())
    np.savez(path.with_suffix(".npz"), logits=logits @ mix.numpy(), severity=severity, weights=weights, rated=is_rated)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus, tokenizer = Corpus(options.data), open_tokenizer(options.base / "tokenizer.json")
    severity = np.array([row["severity"] for row in corpus.crisis_train])
    fold = author_folds(corpus.crisis_train, 4)
    before = np.load(options.work / "joint.npz")
    scale = fit_platt(before["logits"], severity_targets(before["severity"]))
    shipped = torch.load(options.work / "joint.pt")
    model = TextEncoder(HEADS).eval()
    model.load_state_dict(shipped)
    tokens = tokenise(tokenizer, corpus.crisis_train, 256)
    rated = last_states(model, tokens)
    ordinary = last_states(model, ordinary_rows(options.data, tokenizer, options.seed))
    part = np.random.default_rng(options.seed).permutation(len(ordinary)) % 4
    logits, plain = np.zeros((len(rated), 6)), np.zeros((len(ordinary), 6))
    for held in range(4):
        state = torch.load(options.work / f"joint-fold-{held}.pt", weights_only=False)["state"]
        inside = np.flatnonzero(fold != held)
        others = [row for row, at in zip(ordinary, part) if at != held]
        head = correct(state, [rated[i] for i in inside], severity[inside], others, scale, options.seed)
        model.load_state_dict(state)
        logits[fold == held] = head.logits(last_states(model, [tokens[i] for i in np.flatnonzero(fold == held)]))
        plain[part == held] = head.logits([row for row, at in zip(ordinary, part) if at == held])
        print(f"fold {held}", flush=True)
    head = correct(shipped, rated, severity, ordinary, scale, options.seed)
    every = np.concatenate([severity, np.zeros(len(ordinary), int)])
    save(options.work / "ordinary", shipped, head, np.concatenate([logits, plain]), every, len(rated))


if __name__ == "__main__":
    main()
