"""Stage 3: a larger encoder (all-mpnet-base-v2) learns EmoBank's ratings of affect; it is not shipped. Resumable."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from challenge import Challenge
from data import add_arguments, batches
from heads import AFFECT
from tasks import Sets, unseen
from torch import Tensor, nn
from transformers import AutoTokenizer, MPNetModel

LAYER_DECAY, WARM_UP, CLIP, FROZEN = 0.9, 0.06, 1.0, 2
BATCH, LIMIT = 32, 96  # rows a step, tokens kept
LOG_EVERY, KEEP_EVERY = 25, 200


class Teacher(nn.Module):
    """The larger encoder and a linear head on the mean of its last states."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(folder, add_pooling_layer=False)
        self.head = nn.Linear(self.encoder.config.hidden_size, len(AFFECT))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids (B, T) int64, mask (B, T) -> valence, arousal, dominance (B, 3), standardised."""
        states = self.encoder(ids, attention_mask=mask).last_hidden_state.float()
        return self.head((mask[:, None] @ states)[:, 0] / mask.sum(1, keepdim=True))

    def groups(self, rate: float, head_rate: float) -> list[dict]:
        """Rates fall towards the lower layers; words and the FROZEN lowest layers stay."""
        layers = self.encoder.encoder.layer
        for part in (self.encoder.embeddings, *layers[:FROZEN]):
            part.requires_grad_(False)
        found = [{"params": list(self.head.parameters()), "base": head_rate}]
        found.append({"params": list(self.encoder.encoder.relative_attention_bias.parameters()), "base": rate})
        for number, layer in enumerate(layers[FROZEN:], FROZEN):
            found.append({"params": list(layer.parameters()), "base": rate * LAYER_DECAY ** (len(layers) - 1 - number)})
        return found


class Rows:
    """Tokens of one task's texts, as batches of similar length without end."""

    def __init__(self, tokenizer: AutoTokenizer, texts: list[str], limit: int) -> None:
        self.ids = [np.array(tokenizer(text, truncation=True, max_length=limit)["input_ids"]) for text in texts]
        self.lengths, self.padding = np.array([len(row) for row in self.ids]), tokenizer.pad_token_id

    def batch(self, group: np.ndarray) -> tuple[Tensor, Tensor]:
        ids = torch.full((len(group), int(self.lengths[group].max())), self.padding)
        mask = torch.zeros(ids.shape)
        for place, row in enumerate(group):
            ids[place, : self.lengths[row]], mask[place, : self.lengths[row]] = torch.from_numpy(self.ids[row]), 1
        return ids, mask

    def endless(self, size: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
        while True:
            yield from batches(self.lengths, size, generator)


def open_teacher(options: argparse.Namespace) -> Teacher:
    """The finished teacher of affect."""
    model = Teacher(options.mpnet)
    model.load_state_dict(torch.load(options.work / "larger.pt"))
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mpnet", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    task, tokenizer = Sets(options.data, unseen(options.data, Challenge())).affect("train"), AutoTokenizer.from_pretrained(options.mpnet)
    targets = torch.from_numpy((task.targets - task.targets.mean(axis=0)) / task.targets.std(axis=0)).float()
    rows, model = Rows(tokenizer, task.texts, LIMIT), Teacher(options.mpnet).train()
    groups = model.groups(options.rate, options.head_rate)
    parameters = [p for group in groups for p in group["params"]]
    optimiser = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98))
    kept, first = options.work / "larger-kept.pt", 0
    if kept.exists():
        state = torch.load(kept)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        first, generator = state["step"], np.random.default_rng([state["step"]])
    stream, seen, start = rows.endless(BATCH, generator), [], time.monotonic()
    for step in range(first, options.steps):
        group = next(stream)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            said = model(*rows.batch(group))
        loss = F.mse_loss(said.float(), targets[group])
        factor = min((step + 1) / (WARM_UP * options.steps), (options.steps - step) / (options.steps * (1 - WARM_UP)))
        for one in optimiser.param_groups:
            one["lr"] = one["base"] * factor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimiser.step()
        optimiser.zero_grad()
        seen.append(float(loss.detach()))
        if (step + 1) % LOG_EVERY == 0:
            print(f"step {step + 1}/{options.steps} {time.monotonic() - start:.0f} s loss {np.mean(seen):.3f}", flush=True)
            seen.clear()
        if (step + 1) % KEEP_EVERY == 0:
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1}, kept)
    torch.save(model.state_dict(), options.work / "larger.pt")


if __name__ == "__main__":
    main()
