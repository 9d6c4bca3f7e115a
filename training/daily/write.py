"""Write the model folder: graph, manifest, metrics, golden streams and card, from a finished training."""

import argparse
import hashlib
import json
from pathlib import Path

import onnx
import onnxruntime
import torch

from fit import EVERYBODY
from hybrid import DailyHybrid
from recordings import BLOCK_S, SIGNALS, VALID
from report import card, printed
from streaming import LENGTH, build
from synthetic import golden

VERSION = "0.2.0"
GRADES = {"wake": "exploratory", "depressed": "weak"}


def manifest(figures: dict, digest: str) -> dict:
    """The folder's manifest.json (contract: schema/model.ts)."""
    heads = []
    for name, grade in GRADES.items():
        found = figures["shipped"][name]
        a, b = (round(v, 6) for v in found["platt"])
        calibration = {"kind": "platt", "a": [a], "b": [b]}
        cut = round(found["threshold"], 3)
        heads.append({"name": name, "type": "binary", "calibration": calibration, "thresholds": [cut], "output": name, "grade": grade})
    return {
        "name": "daily",
        "version": VERSION,
        "input": {
            "kind": "e4-stream",
            "block_s": BLOCK_S,
            "window_s": 3600,
            "restart_s": 259200,
            "present_s": 60,
            "carried": LENGTH,
            "signals": {name: {"rate": 1 / 60, "channels": 1, "valid": VALID[name]} for name in SIGNALS},
            "min_present": 0.05,
        },
        "graph": "onnx/model.onnx",
        "precision": "fp32",
        "license": "Apache-2.0 for this folder; learned from Depresjon (CC BY 4.0) and sleep data of Walch et al. (ODC-BY)",
        "card": "CARD.md",
        "metrics": "metrics.json",
        "files": {"onnx/model.onnx": digest},
        "heads": heads,
    }


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder with all.pt and figures.json")
    parser.add_argument("model", type=Path, help="model folder to write")
    args = parser.parse_args()
    figures = json.loads((args.work / "figures.json").read_text())
    model = DailyHybrid()
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
