"""Six synthetic windows by closed formula, and the logits that the shipped graph must give for them."""

import argparse
import json
from pathlib import Path

import numpy as np

from data import SIGNALS

FORMULA = (
    "Sample i of channel c is x = offset[c] + sum over waves[c] = [[amplitude, hertz, phase], ...] of "
    "amplitude*sin(2*pi*hertz*i/rate + phase), in doubles and in that order, rounded as "
    "floor(x*10^decimals + 0.5)/10^decimals, then float32. present is 1, but 0 from quarter second `from` up to "
    "`to` (excluded) of a signal in `missing`, where its samples are 0."
)
DECIMALS = {"BVP": 2, "ACC": 0, "EDA": 6, "TEMP": 2}


def windows() -> list[dict]:
    """Pulse, posture, skin conductance and temperature of six invented people."""
    made = []
    for n in range(6):
        pulse = 1.0 + 0.15 * n
        made.append(
            {
                "BVP": {"offset": [0], "waves": [[[40 + 8 * n, pulse, 0.1 * n], [18, 2 * pulse, 0.5], [6, 0.25, 1]]]},
                "ACC": {
                    "offset": [-20 + 12 * n, 10 - 6 * n, 55 - 5 * n],
                    "waves": [[[3 + 2 * n, 0.4, 0]], [[2 + 3 * n, 1.7, 1]], [[4, 0.9, 2], [n, 3.1, 0]]],
                },
                "EDA": {"offset": [0.4 + 1.1 * n], "waves": [[[0.1 + 0.05 * n, 0.05, 0], [0.03 * n, 0.11, 1]]]},
                "TEMP": {"offset": [34.6 - 0.6 * n], "waves": [[[0.2, 0.008, 0.3 * n]]]},
                "missing": [],
            }
        )
    made[4]["missing"] = [{"signal": "TEMP", "from": 0, "to": 240}]
    made[5]["missing"] = [{"signal": "BVP", "from": 80, "to": 120}, {"signal": "ACC", "from": 160, "to": 240}]
    return made


def samples(window: dict) -> dict[str, np.ndarray]:
    """A window's inputs, each with a leading batch axis of 1."""
    present = np.ones((240, len(SIGNALS)), np.float32)
    out = {}
    for name, (rate, channels) in SIGNALS.items():
        i, scale = np.arange(60 * rate), 10.0 ** DECIMALS[name]
        spec, grid = window[name], np.zeros((60 * rate, channels), np.float32)
        for c in range(channels):
            x = np.full(len(i), float(spec["offset"][c]))
            for amplitude, hertz, phase in spec["waves"][c]:
                x = x + amplitude * np.sin(2 * np.pi * hertz * i / rate + phase)
            grid[:, c] = np.floor(x * scale + 0.5) / scale
        out[name] = grid
    for gap in window["missing"]:
        span = slice(gap["from"], gap["to"])
        present[span, list(SIGNALS).index(gap["signal"])] = 0
        out[gap["signal"]].reshape(240, -1)[span] = 0
    return {**{k.lower(): v[None] for k, v in out.items()}, "present": present[None]}


def golden(session) -> dict:
    """The content of golden.json for a graph (an onnxruntime session)."""
    found = []
    for window in windows():
        stress, state = session.run(["stress", "state"], samples(window))
        found.append({**window, "stress": [round(float(v), 4) for v in stress[0]], "state": [round(float(v), 4) for v in state[0]]})
    rates = {name: rate for name, (rate, _) in SIGNALS.items()}
    return {"formula": FORMULA, "rates": rates, "decimals": DECIMALS, "tolerance": 1e-4, "windows": found}


def main() -> None:
    import onnxruntime

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model folder whose golden.json is to be checked")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(args.model / "onnx/model.onnx", providers=["CPUExecutionProvider"])
    kept = json.loads((args.model / "golden.json").read_text())
    pairs = zip(kept["windows"], golden(session)["windows"])
    worst = max(abs(x - y) for a, b in pairs for k in ("stress", "state") for x, y in zip(a[k], b[k]))
    print("largest difference of a logit:", worst)


if __name__ == "__main__":
    main()
