"""Write the model folder: graph, manifest, metrics, golden streams and card, from a finished training."""

from functools import partial

import torch

from blocks import BLOCK_S
from card import card, tables
from carried import LENGTH, WHOLE
from data import SIGNALS, STATES
from folder import asked, write_folder
from golden import golden
from graph import build
from model import WearableHybrid
from train import EVERYBODY

VERSION = "0.2.0"


def platt(found: dict) -> dict:
    return {"kind": "platt", "a": [round(found["platt"][0], 6)], "b": [round(found["platt"][1], 6)]}


# Of each head, what `models` shows of the card.
MAIN = {
    "stress": ["Hybrid, own past alone · balanced accuracy", "Hybrid, whole recording read first · balanced accuracy"],
    "state": ["Hybrid, own past alone · state macro-F1"],
    "quality": ["off the wrist · AUC of the quality head", "shaken · AUC of the quality head"],
}


def manifest(figures: dict, digest: str) -> dict:
    """The folder's manifest.json (contract: schema/model.ts)."""
    signals = {name: {"rate": rate, "channels": channels} for name, (rate, channels) in SIGNALS.items()}
    grade = {"grade": "exploratory"}
    stress, quality = figures["shipped"], figures["quality"]
    heads = [
        {"name": "stress", "type": "binary", "calibration": platt(stress), "thresholds": [stress["threshold"]]},
        {
            "name": "state",
            "type": "categorical",
            "labels": STATES,
            "calibration": {"kind": "temperature", "t": round(figures["temperature"], 6)},
        },
        {"name": "quality", "type": "binary", "calibration": platt(quality), "thresholds": [quality["threshold"]]},
    ]
    return {
        "name": "e4",
        "version": VERSION,
        "input": {
            "kind": "e4-stream",
            "block_s": BLOCK_S,
            "carried": LENGTH,
            "signals": signals,
            "min_present": 0.5,
        },
        "graph": "onnx/model.onnx",
        "precision": "fp32",
        "license": "Apache-2.0 for this folder; its training data allow non-commercial research only (see the card)",
        "card": "CARD.md",
        "metrics": "metrics.json",
        "files": {"onnx/model.onnx": digest},
        "heads": [{**head, "output": head["name"], **grade} for head in heads],
        "whole": {"keep": WHOLE},
    }


def main() -> None:
    figures, work, folder = asked(__doc__)
    model = WearableHybrid()
    model.load_state_dict(torch.load(work / f"{EVERYBODY}.pt"))
    printed = {f"{row} · {column}": value for _, rows in tables(figures) for row, cells in rows for column, value in cells.items()}
    write_folder(folder, model, build, golden, partial(manifest, figures), {"card": printed, "main": MAIN, "figures": figures}, partial(card, figures))


if __name__ == "__main__":
    main()
