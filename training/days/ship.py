"""Write the model folder: graph, manifest, metrics, golden days and card, from a finished training."""

from functools import partial

import torch

from day_card import card, printed
from day_graph import LENGTH, OUTPUT, build
from day_model import DayHybrid
from folder import asked, write_folder
from learn import EVERYBODY
from made_up import golden
from sets import SIGNALS, VALID

VERSION, GRADE = "0.1.0", "weak"
DAY_S = 86400


# Of each head, what `models` shows of the card.
MAIN = {
    "lonely": ["GLOBEM sample and StudentLife: hybrid · AUC of lonely", "GLOBEM sample and StudentLife: chance · AUC of lonely"],
}


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


def main() -> None:
    figures, work, folder = asked(__doc__)
    model = DayHybrid()
    model.load_state_dict(torch.load(work / f"{EVERYBODY}.pt"))
    write_folder(folder, model, build, golden, partial(manifest, figures), {"card": printed(figures), "main": MAIN, "figures": figures}, partial(card, figures))


if __name__ == "__main__":
    main()
