"""Synthetic streams by closed formula, and the logits that the shipped graph must give for each of their blocks."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from recordings import MINUTES, SIGNALS
from streaming import run

FORMULA = (
    "Minute i (from the stream's start) is x = offset + sum over waves = [[amplitude, minutes, phase], ...] of "
    "amplitude*sin(2*pi*i/minutes + phase), in doubles and in that order, at least 0, rounded as floor(x + 0.5). A minute from "
    "`from` up to `to` (excluded) of a signal in `missing` is missing. A signal without a formula is missing throughout. "
    "Blocks are 5 minutes; logits are given for every block, the carried vector being zeros before the first."
)
BLOCKS = 168  # fourteen hours: mood begins to be heard after half a day
STREAMS = [
    {"ACTIVITY": {"offset": 150, "waves": [[220, 97, 0.3], [90, 7.3, 1]]}, "missing": []},
    {"HR": {"offset": 61, "waves": [[6, 90, 0], [3, 11.7, 2]]}, "missing": [{"signal": "HR", "from": 31, "to": 48}]},
    {
        "ACTIVITY": {"offset": 40, "waves": [[60, 50, 2]]},
        "HR": {"offset": 74, "waves": [[9, 64, 1]]},
        "missing": [{"signal": "ACTIVITY", "from": 0, "to": 23}],
    },
]


def samples(stream: dict) -> dict[str, np.ndarray]:
    """A stream's inputs by name, (1, blocks, 5, channels)."""
    i, out = np.arange(BLOCKS * MINUTES), {}
    present = np.zeros((len(i), len(SIGNALS)), np.float32)
    for column, name in enumerate(SIGNALS):
        if name in stream:
            x = np.full(len(i), float(stream[name]["offset"]))
            for amplitude, minutes, phase in stream[name]["waves"]:
                x = x + amplitude * np.sin(2 * np.pi * i / minutes + phase)
            present[:, column] = 1
            for gap in stream["missing"]:
                if gap["signal"] == name:
                    present[gap["from"] : gap["to"], column] = 0
            out[name.lower()] = np.floor(np.maximum(x, 0) + 0.5) * present[:, column]
        else:
            out[name.lower()] = np.zeros(len(i))
    blocks = {k: v.astype(np.float32).reshape(1, BLOCKS, MINUTES, 1) for k, v in out.items()}
    return blocks | {"present": present.reshape(1, BLOCKS, MINUTES, len(SIGNALS))}


def golden(session: onnxruntime.InferenceSession) -> dict:
    """The content of golden.json for a graph."""
    made = []
    for stream in STREAMS:
        logits = np.round(run(session, samples(stream))[0][0].astype(float), 4)
        made.append({**stream, "wake": logits[:, 0].tolist(), "depressed": logits[:, 1].tolist()})
    return {"formula": FORMULA, "blocks": BLOCKS, "tolerance": 2e-4, "streams": made}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model folder whose golden.json is to be checked")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(args.model / "onnx/model.onnx", providers=["CPUExecutionProvider"])
    kept, now = json.loads((args.model / "golden.json").read_text()), golden(session)
    pairs = [(a[k], b[k]) for a, b in zip(kept["streams"], now["streams"]) for k in ("wake", "depressed")]
    print("largest difference of a logit:", max(np.abs(np.subtract(a, b)).max() for a, b in pairs))


if __name__ == "__main__":
    main()
