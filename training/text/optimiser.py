"""The optimiser of all stages: rates that fall towards the lower layers, warm-up and linear fall, averaged weights."""

from __future__ import annotations

import torch
from model import LAYERS, TOKEN_LAYERS, TextEncoder

LAYER_DECAY, WARM_UP, CLIP, WEIGHT_DECAY = 0.9, 0.06, 1.0, 0.01


def parameter_groups(model: TextEncoder, rate: float, head_rate: float, lowest: int) -> list[dict]:
    """Layers from `lowest` on, the merge and the heads; words stay. No weight decay on vectors."""
    groups = []
    for name, parameter in model.named_parameters():
        part = name.split(".")
        if part[0] == "heads":
            base = head_rate
        elif part[0] == "merge":
            base = rate * LAYER_DECAY ** (LAYERS - TOKEN_LAYERS)
        elif part[0] == "layers" and int(part[1]) >= lowest:
            base = rate * LAYER_DECAY ** (LAYERS - 1 - int(part[1]))
        else:
            parameter.requires_grad_(False)
            continue
        groups.append({"params": [parameter], "base": base, "weight_decay": WEIGHT_DECAY if parameter.ndim > 1 else 0.0})
    return groups


class Trainer:
    """Steps over a fixed number of updates; `average` follows the weights with the decay given (0 keeps none).

    Layers under `lowest` stay as they are.
    """

    def __init__(self, model: TextEncoder, steps: int, rate: float, head_rate: float, average: float = 0.0, lowest: int = 0) -> None:
        self.model, self.steps, self.done, self.decay = model, steps, 0, average
        self.groups = parameter_groups(model, rate, head_rate, lowest)
        self.parameters = [p for group in self.groups for p in group["params"]]
        self.optimiser = torch.optim.AdamW(self.groups, lr=rate, betas=(0.9, 0.98))
        self.average = [p.detach().clone() for p in self.parameters] if average else []

    def step(self, loss: torch.Tensor) -> None:
        warm = WARM_UP * self.steps
        factor = min((self.done + 1) / warm, (self.steps - self.done) / (self.steps - warm))
        for group in self.groups:
            group["lr"] = group["base"] * factor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.done += 1
        with torch.no_grad():
            weight = 1 - min(self.decay, self.done / (self.done + 9))
            for kept, parameter in zip(self.average, self.parameters):
                kept.lerp_(parameter, weight)

    def use_average(self) -> None:
        with torch.no_grad():
            for kept, parameter in zip(self.average, self.parameters):
                parameter.copy_(kept)

    def state(self) -> dict:
        return {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "done": self.done, "average": self.average}

    def load(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.done, self.average = state["done"], state["average"]
