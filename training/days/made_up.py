"""Synthetic days by closed formula, and the logits that the shipped graph must give after each of them."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from day_graph import run
from sets import SIGNALS

FORMULA = (
    "Day i (from the first) is x = offset + sum over waves = [[amplitude, days, phase], ...] of amplitude*sin(2*pi*i/days + phase), "
    "in doubles and in that order, at least 1, rounded as floor(x + 0.5). A day from `from` up to `to` (excluded) of a signal in `missing`, or "
    "of `ALL`, is missing. A signal without a formula is missing throughout. Logits are given for every day, the carried vector being "
    "zeros before the first."
)
DAYS = 70
PEOPLE = [
    {
        "STEPS": {"offset": 8200, "waves": [[3100, 7, 0.3], [1500, 31, 1]]},
        "SLEEP": {"offset": 420, "waves": [[45, 7, 2], [20, 3.7, 0]]},
        "SCREEN": {"offset": 260, "waves": [[90, 7, 1]]},
        "CALLS": {"offset": 4, "waves": [[3, 5.3, 0]]},
        "missing": [{"signal": "SLEEP", "from": 11, "to": 19}],
    },
    {
        "ON_FOOT": {"offset": 70, "waves": [[30, 7, 0]]},
        "TALK": {"offset": 290, "waves": [[120, 9.1, 0.5]]},
        "missing": [{"signal": "ALL", "from": 20, "to": 26}],
    },
    {"SCREEN": {"offset": 420, "waves": [[200, 6.2, 2], [100, 40, 0]]}, "missing": [{"signal": "SCREEN", "from": 0, "to": 3}]},
]


def samples(person: dict) -> dict[str, np.ndarray]:
    """values and present (1, DAYS, 6)"""
    i = np.arange(DAYS)
    values, present = (np.zeros((1, DAYS, len(SIGNALS)), np.float32) for _ in range(2))
    for column, name in enumerate(SIGNALS):
        if name in person:
            x = np.full(DAYS, float(person[name]["offset"]))
            for amplitude, days, phase in person[name]["waves"]:
                x = x + amplitude * np.sin(2 * np.pi * i / days + phase)
            present[0, :, column] = 1
            for gap in person["missing"]:
                if gap["signal"] in (name, "ALL"):
                    present[0, gap["from"] : gap["to"], column] = 0
            values[0, :, column] = np.floor(np.maximum(x, 1) + 0.5) * present[0, :, column]
    return {"values": values, "present": present}


def golden(session: onnxruntime.InferenceSession) -> dict:
    """The content of golden.json for a graph."""
    made = [{**person, "lonely": np.round(run(session, samples(person))[0][0].astype(float), 4).tolist()} for person in PEOPLE]
    return {"formula": FORMULA, "days": DAYS, "tolerance": 2e-4, "people": made}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model folder whose golden.json is to be checked")
    args = parser.parse_args()
    session = onnxruntime.InferenceSession(args.model / "onnx/model.onnx", providers=["CPUExecutionProvider"])
    kept, now = json.loads((args.model / "golden.json").read_text()), golden(session)
    print("largest difference of a logit:", max(np.abs(np.subtract(a["lonely"], b["lonely"])).max() for a, b in zip(kept["people"], now["people"])))


if __name__ == "__main__":
    main()
