"""Write the model folder: graph, manifest, metrics, golden streams and card, from a finished training."""

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import onnxruntime
import torch

from blocks import BLOCK_S
from card import card, tables
from carried import LENGTH, WHOLE
from data import SIGNALS, STATES
from golden import golden
from graph import build
from model import WearableHybrid
from train import EVERYBODY

VERSION = "0.2.0"


def platt(found: dict) -> dict:
    return {"kind": "platt", "a": [round(found["platt"][0], 6)], "b": [round(found["platt"][1], 6)]}


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


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder with all.pt (train.py) and figures.json (evaluate.py)")
    parser.add_argument("model", type=Path, help="model folder to write")
    args = parser.parse_args()
    figures = json.loads((args.work / "figures.json").read_text())
    model = WearableHybrid()
    model.load_state_dict(torch.load(args.work / f"{EVERYBODY}.pt"))
    (args.model / "onnx").mkdir(parents=True, exist_ok=True)
    path = args.model / "onnx/model.onnx"
    onnx.save(build(model.eval()), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (args.model / "golden.json").write_text(json.dumps(golden(session)) + "\n")
    write_json(args.model / "manifest.json", manifest(figures, hashlib.sha256(path.read_bytes()).hexdigest()))
    printed = {f"{row} · {column}": value for _, rows in tables(figures) for row, cells in rows for column, value in cells.items()}
    write_json(args.model / "metrics.json", {"card": printed, "figures": figures})
    parameters = sum(p.numel() for p in model.parameters())
    (args.model / "CARD.md").write_text(card(figures, parameters))
    print(path.stat().st_size, "bytes,", parameters, "parameters")


if __name__ == "__main__":
    main()
