"""Write the model folder: graph, manifest, metrics, golden windows and card, from a finished training."""

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import onnxruntime
import torch

from card import card, tables
from data import HOP_S, SIGNALS, STATES, WINDOW_S
from golden import golden
from graph import build
from model import WearableHybrid
from train import EVERYBODY

VERSION = "0.1.0"


def manifest(figures: dict, digest: str) -> dict:
    """The folder's manifest.json (contract: schema/model.ts)."""
    a, b = figures["platt"]
    signals = {name: {"rate": rate, "channels": channels} for name, (rate, channels) in SIGNALS.items()}
    return {
        "name": "e4",
        "version": VERSION,
        "input": {"kind": "e4", "window_s": WINDOW_S, "hop_s": HOP_S, "signals": signals, "min_present": 0.5},
        "graph": "onnx/model.onnx",
        "precision": "fp32",
        "license": "Apache-2.0 for this folder; its training data allow non-commercial research only (see the card)",
        "card": "CARD.md",
        "metrics": "metrics.json",
        "files": {"onnx/model.onnx": digest},
        "heads": [
            {
                "name": "stress",
                "type": "binary",
                "output": "stress",
                "calibration": {"kind": "platt", "a": [round(a, 6)], "b": [round(b, 6)]},
                "thresholds": [figures["threshold"]],
                "grade": "exploratory",
            },
            {
                "name": "state",
                "type": "categorical",
                "output": "state",
                "labels": STATES,
                "calibration": {"kind": "temperature", "t": round(figures["temperature"], 6)},
                "grade": "exploratory",
            },
        ],
    }


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


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
    write_json(args.model / "golden.json", golden(session))
    write_json(args.model / "manifest.json", manifest(figures, hashlib.sha256(path.read_bytes()).hexdigest()))
    printed = {f"{row} · {column}": value for _, rows in tables(figures) for row, cells in rows for column, value in cells.items()}
    write_json(args.model / "metrics.json", {"card": printed, "figures": figures})
    parameters = sum(p.numel() for p in model.parameters())
    (args.model / "CARD.md").write_text(card(figures, parameters))
    print(path.stat().st_size, "bytes,", parameters, "parameters")


if __name__ == "__main__":
    main()
