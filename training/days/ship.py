"""Write the model folder: graph, manifest, metrics, golden days and card, from a finished training."""

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import onnxruntime
import torch

from day_card import card, printed
from day_graph import LENGTH, OUTPUT, build
from day_model import DayHybrid
from learn import EVERYBODY
from made_up import golden
from sets import SIGNALS, VALID

VERSION, GRADE = "0.1.0", "weak"
DAY_S = 86400


def manifest(figures: dict, digest: str) -> dict:
    """The folder's manifest.json (contract: schema/model.ts)."""
    a, b = (round(v, 6) for v in figures["shipped"]["platt"])
    calibration = {"kind": "platt", "a": [a], "b": [b]}
    cut = round(figures["shipped"]["threshold"], 3)
    return {
        "name": "days",
        "version": VERSION,
        "input": {
            "kind": "e4-stream",
            "block_s": DAY_S,
            "window_s": 7 * DAY_S,
            "restart_s": 28 * DAY_S,
            "present_s": DAY_S,
            "carried": LENGTH,
            "signals": {name: {"rate": 1 / DAY_S, "channels": 1, "valid": VALID[name]} for name in SIGNALS},
            "min_present": 0.1,
        },
        "graph": "onnx/model.onnx",
        "precision": "fp32",
        "license": "Apache-2.0 for this folder; a part of its training data allows non-commercial use only (see the card)",
        "card": "CARD.md",
        "metrics": "metrics.json",
        "files": {"onnx/model.onnx": digest},
        "heads": [{"name": "lonely", "type": "binary", "calibration": calibration, "thresholds": [cut], "output": OUTPUT, "grade": GRADE}],
    }


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder that learn.py and assess.py filled")
    parser.add_argument("model", type=Path, help="model folder to write")
    args = parser.parse_args()
    figures = json.loads((args.work / "figures.json").read_text())
    model = DayHybrid()
    model.load_state_dict(torch.load(args.work / f"{EVERYBODY}.pt"))
    (args.model / "onnx").mkdir(parents=True, exist_ok=True)
    path = args.model / "onnx/model.onnx"
    onnx.save(build(model.eval()), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (args.model / "golden.json").write_text(json.dumps(golden(session)) + "\n")
    write_json(args.model / "manifest.json", manifest(figures, hashlib.sha256(path.read_bytes()).hexdigest()))
    write_json(args.model / "metrics.json", {"card": printed(figures), "figures": figures})
    parameters = sum(p.numel() for p in model.parameters())
    (args.model / "CARD.md").write_text(card(figures, parameters))
    print(path.stat().st_size, "bytes,", parameters, "parameters")


if __name__ == "__main__":
    main()
