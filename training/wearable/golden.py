"""Synthetic streams by closed formula, and the logits that the shipped graph must give for each of their blocks."""

import argparse
import json
from pathlib import Path

import numpy as np

from carried import LENGTH
from data import SIGNALS
from model import OUTPUTS

FORMULA = (
    "Sample i (from the stream's start) of channel c is x = offset[c] + sum over waves[c] = [[amplitude, hertz, phase], ...] "
    "of amplitude*sin(2*pi*hertz*i/rate + phase), in doubles and in that order, rounded as "
    "floor(x*10^decimals + 0.5)/10^decimals, then float32. present is 1, but 0 from quarter second `from` up to "
    "`to` (excluded) of a signal in `missing`, where its samples are 0. Each stream is `blocks` blocks of 10 s; "
    "logits are given for every block, the carried vector being zeros before the first."
)
DECIMALS = {"BVP": 2, "ACC": 0, "EDA": 6, "TEMP": 2}
BLOCKS, QUARTERS = 8, 40


def streams() -> list[dict]:
    """Pulse, posture, skin conductance and temperature of three invented people."""
    made = []
    for n in range(3):
        pulse = 1.0 + 0.25 * n
        made.append(
            {
                "BVP": {"offset": [0], "waves": [[[40 + 8 * n, pulse, 0.1 * n], [18, 2 * pulse, 0.5], [6, 0.25, 1]]]},
                "ACC": {
                    "offset": [-20 + 12 * n, 10 - 6 * n, 55 - 5 * n],
                    "waves": [[[3 + 2 * n, 0.4, 0]], [[2 + 3 * n, 1.7, 1]], [[4, 0.9, 2], [n, 3.1, 0]]],
                },
                "EDA": {"offset": [0.6 + 1.4 * n], "waves": [[[0.1 + 0.05 * n, 0.013, 0], [0.03 * n, 0.11, 1]]]},
                "TEMP": {"offset": [34.6 - 0.8 * n], "waves": [[[0.2, 0.008, 0.3 * n]]]},
                "missing": [],
            }
        )
    made[1]["missing"] = [{"signal": "TEMP", "from": 0, "to": 320}]
    made[2]["missing"] = [{"signal": "BVP", "from": 90, "to": 130}, {"signal": "ACC", "from": 200, "to": 320}]
    return made


def samples(stream: dict) -> dict[str, np.ndarray]:
    """A stream's inputs by name, (blocks, samples, channels)."""
    quarters = BLOCKS * QUARTERS
    present = np.ones((quarters, len(SIGNALS)), np.float32)
    out = {}
    for name, (rate, channels) in SIGNALS.items():
        i, scale = np.arange(quarters * rate // 4), 10.0 ** DECIMALS[name]
        spec, grid = stream[name], np.zeros((quarters * rate // 4, channels), np.float32)
        for c in range(channels):
            x = np.full(len(i), float(spec["offset"][c]))
            for amplitude, hertz, phase in spec["waves"][c]:
                x = x + amplitude * np.sin(2 * np.pi * hertz * i / rate + phase)
            grid[:, c] = np.floor(x * scale + 0.5) / scale
        out[name] = grid
    for gap in stream["missing"]:
        span = slice(gap["from"], gap["to"])
        present[span, list(SIGNALS).index(gap["signal"])] = 0
        out[gap["signal"]].reshape(quarters, -1)[span] = 0
    out["present"] = present
    return {k.lower(): v.reshape(BLOCKS, -1, v.shape[1]) for k, v in out.items()}


def run(session, blocks: dict[str, np.ndarray], carried: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """One stream through a graph block by block: logits (blocks, 6) and the carried vector (1, S) at the end."""
    carried = np.zeros((1, LENGTH), np.float32) if carried is None else carried
    logits = []
    for t in range(len(blocks["present"])):
        *found, carried = session.run([*OUTPUTS, "carried_out"], {**{k: v[t : t + 1] for k, v in blocks.items()}, "carried": carried})
        logits.append(np.concatenate(found, 1)[0])
    return np.array(logits), carried


def golden(session) -> dict:
    """The content of golden.json for a graph (an onnxruntime session)."""
    found = []
    for stream in streams():
        logits, _ = run(session, samples(stream))
        ends = np.cumsum(list(OUTPUTS.values()))
        parts = {k: logits[:, end - size : end] for (k, size), end in zip(OUTPUTS.items(), ends)}
        found.append({**stream, **{k: [[round(float(v), 4) for v in row] for row in part] for k, part in parts.items()}})
    rates = {name: rate for name, (rate, _) in SIGNALS.items()}
    return {"formula": FORMULA, "rates": rates, "decimals": DECIMALS, "blocks": BLOCKS, "tolerance": 2e-4, "streams": found}


def main() -> None:
    import onnxruntime

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model folder whose golden.json is to be checked")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(args.model / "onnx/model.onnx", providers=["CPUExecutionProvider"])
    kept = json.loads((args.model / "golden.json").read_text())
    pairs = zip(kept["streams"], golden(session)["streams"])
    worst = max(np.abs(np.array(a[k]) - np.array(b[k])).max() for a, b in pairs for k in OUTPUTS)
    print("largest difference of a logit:", worst)


if __name__ == "__main__":
    main()
