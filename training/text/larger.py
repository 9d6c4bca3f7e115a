"""Stage 3: a larger encoder (all-mpnet-base-v2) is trained on rated rows to say its word on others; it is not shipped. Resumable.

`affect` learns EmoBank's ratings; `emotion` the labels of GoEmotions and, at the share of mixture.py, what two smaller teachers say;
`distress` loneliness, stress, users' posts and quiet signs. Posts rated for severity are never among the rows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from challenge import Challenge
from data import add_arguments, batches
from mixture import RANK_MARGIN, emotion_target
from tasks import Sets, Task, unseen
from torch import Tensor, nn
from transformers import AutoTokenizer, MPNetModel

LAYER_DECAY, WARM_UP, CLIP = 0.9, 0.06, 1.0
LOG_EVERY, KEEP_EVERY = 25, 200


@dataclass(frozen=True)
class Lesson:
    """What the encoder learns: of each task the share of steps, rows a step and tokens kept."""

    tasks: dict[str, tuple[float, int, int]]
    steps: int
    frozen: int = 2  # lowest layers that stay as they are
    biases: bool = True  # of distance, which all layers share, are trained: then all layers are gone back through
    average: float = 0.0  # decay of the averaged weights, which are kept in the end


LESSONS = {
    "affect": Lesson({"affect": (1.0, 32, 96)}, 900),
    "emotion": Lesson({"emotion": (1.0, 64, 64)}, 2600, frozen=5, biases=False, average=0.995),
    "distress": Lesson(
        {"challenge": (0.25, 24, 128), "loneliness": (0.25, 8, 160), "stress": (0.2, 8, 160), "user-posts": (0.3, 8, 160)}, 600
    ),
}


class Teacher(nn.Module):
    """The larger encoder and a linear head a task on the mean of its last states. sizes: task -> number of logits."""

    def __init__(self, folder: Path, sizes: dict[str, int]) -> None:
        super().__init__()
        self.encoder = MPNetModel.from_pretrained(folder, add_pooling_layer=False)
        self.heads = nn.ModuleDict({name: nn.Linear(self.encoder.config.hidden_size, size) for name, size in sizes.items()})

    def forward(self, ids: Tensor, mask: Tensor, name: str) -> Tensor:
        """ids (B, T) int64, mask (B, T) -> logits of one task (B, n)."""
        states = self.encoder(ids, attention_mask=mask).last_hidden_state.float()
        return self.heads[name]((mask[:, None] @ states)[:, 0] / mask.sum(1, keepdim=True))

    def groups(self, lesson: Lesson, rate: float, head_rate: float) -> list[dict]:
        """Rates fall towards the lower layers; words and the lowest layers stay."""
        layers, biases = self.encoder.encoder.layer, self.encoder.encoder.relative_attention_bias
        self.encoder.requires_grad_(False)
        found = [{"params": list(self.heads.parameters()), "base": head_rate}]
        if lesson.biases:
            found.append({"params": list(biases.requires_grad_(True).parameters()), "base": rate})
        for number, layer in enumerate(layers[lesson.frozen :], lesson.frozen):
            found.append({"params": list(layer.requires_grad_(True).parameters()), "base": rate * LAYER_DECAY ** (len(layers) - 1 - number)})
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

    def endless(self, size: int, generator: np.random.Generator, paired: bool) -> Iterator[np.ndarray]:
        while True:
            if not paired:
                yield from batches(self.lengths, size, generator)
                continue
            for group in batches(self.lengths[::2], size // 2, generator):
                yield np.stack([group * 2, group * 2 + 1], axis=1).reshape(-1)


def loss_of(task: Task, logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    if task.loss == "squares":
        return F.mse_loss(logits, targets)
    each = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss = (each * known).sum() / known.sum().clamp(min=1)
    if task.name != "challenge":
        return loss
    level = logits.mean(dim=-1)
    return loss + F.softplus(RANK_MARGIN - (level[::2] - level[1::2])).mean()


def tasks_of(options: argparse.Namespace, names: list[str]) -> dict[str, Task]:
    """Tasks with the targets that the encoder learns, (rows, n)."""
    challenge = Challenge()
    sets = Sets(options.data, unseen(options.data, challenge))
    make = {"affect": lambda: sets.affect("train"), "loneliness": lambda: sets.loneliness("train"), "stress": lambda: sets.stress("train"),
            "user-posts": sets.user_posts, "challenge": lambda: sets.challenge(challenge.of("train")),
            "emotion": lambda: sets.emotion(options.soft_labels)}  # fmt: skip
    tasks = {name: make[name]() for name in names}
    if "affect" in tasks:
        task = tasks["affect"]
        task.targets = (task.targets - task.targets.mean(axis=0)) / task.targets.std(axis=0)
    if "emotion" in tasks:
        tasks["emotion"].targets = emotion_target(tasks["emotion"], np.load(options.work / "released-emotion.npy"))
    return tasks


def open_teacher(options: argparse.Namespace, name: str) -> Teacher:
    """The finished teacher of that name."""
    state = torch.load(options.work / f"larger-{name}.pt")
    sizes = {key.split(".")[1]: value.shape[0] for key, value in state.items() if key.startswith("heads.") and key.endswith(".weight")}
    model = Teacher(options.mpnet, sizes)
    model.load_state_dict(state)
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mpnet", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--of", choices=[*LESSONS], required=True, help="what is learnt")
    parser.add_argument("--rate", type=float, default=6e-5)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    lesson = LESSONS[options.of]
    steps, parts = lesson.steps, lesson.tasks
    tasks, tokenizer = tasks_of(options, [*parts]), AutoTokenizer.from_pretrained(options.mpnet)
    rows = {name: Rows(tokenizer, task.texts, parts[name][2]) for name, task in tasks.items()}
    model = Teacher(options.mpnet, {name: task.targets.shape[1] for name, task in tasks.items()}).train()
    groups = model.groups(lesson, options.rate, options.head_rate)
    parameters = [p for group in groups for p in group["params"]]
    average = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    kept, first = options.work / f"larger-{options.of}-kept.pt", 0
    if kept.exists():
        state = torch.load(kept)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        average, first, generator = state["average"], state["step"], np.random.default_rng([state["step"]])
    streams = {name: rows[name].endless(parts[name][1], generator, name == "challenge") for name in tasks}
    shares, seen, start = np.array([parts[name][0] for name in tasks]), {}, time.monotonic()
    for step in range(first, steps):
        name = [*tasks][generator.choice(len(shares), p=shares / shares.sum())]
        group = next(streams[name])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*rows[name].batch(group), name)
        targets = torch.from_numpy(tasks[name].targets[group])
        known = torch.ones_like(targets) if tasks[name].known is None else torch.from_numpy(tasks[name].known[group])
        loss = loss_of(tasks[name], logits.float(), targets, known)
        factor = min((step + 1) / (WARM_UP * steps), (steps - step) / (steps * (1 - WARM_UP)))
        for one in optimiser.param_groups:
            one["lr"] = one["base"] * factor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimiser.step()
        optimiser.zero_grad()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1 - min(lesson.average, (step + 1) / (step + 10)))
        seen.setdefault(name, []).append(float(loss.detach()))
        if (step + 1) % LOG_EVERY == 0:
            said = " ".join(f"{key} {np.mean(values):.3f}" for key, values in sorted(seen.items()))
            print(f"step {step + 1}/{steps} {time.monotonic() - start:.0f} s {said}", flush=True)
            seen.clear()
        if (step + 1) % KEEP_EVERY == 0:
            now = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "average": average, "step": step + 1}
            torch.save(now, kept)
    with torch.no_grad():
        torch._foreach_copy_(parameters, average)
    torch.save(model.state_dict(), options.work / f"larger-{options.of}.pt")


if __name__ == "__main__":
    main()
