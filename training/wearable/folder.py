"""The files of a model folder that all models of signals have, from a finished training."""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import onnx
import onnxruntime
import torch


def asked(doc: str) -> tuple[dict, Path, Path]:
    """From the command line: the figures of a training, its folder, and the model folder to write."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("work", type=Path, help="folder with all.pt and figures.json")
    parser.add_argument("model", type=Path, help="model folder to write")
    args = parser.parse_args()
    return json.loads((args.work / "figures.json").read_text()), args.work, args.model


def write_folder(
    folder: Path,
    model: torch.nn.Module,
    build: Callable[[torch.nn.Module], onnx.ModelProto],
    golden: Callable[[onnxruntime.InferenceSession], dict],
    manifest: Callable[[str], dict],
    metrics: dict,
    card: Callable[[int], str],
) -> None:
    """manifest: of the graph's sha256; metrics: `card` with the printed figures, `main` of them by head, `figures` with all; card: of the number of parameters."""
    path = folder / "onnx/model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(build(model.eval()), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (folder / "golden.json").write_text(json.dumps(golden(session)) + "\n")
    parameters = sum(p.numel() for p in model.parameters())
    written = {"manifest.json": manifest(hashlib.sha256(path.read_bytes()).hexdigest()), "metrics.json": {"parameters": parameters, **metrics}}
    for name, content in written.items():
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")
    (folder / "CARD.md").write_text(card(parameters))
    print(path.stat().st_size, "bytes,", parameters, "parameters")
