"""Write the model folder: graph, manifest, metrics, golden streams and card, from a finished training."""

from functools import partial

import torch

from fit import EVERYBODY
from hybrid import DailyHybrid
from folder import asked, write_folder
from recordings import BLOCK_S, SIGNALS, VALID
from report import card, printed
from streaming import LENGTH, build
from synthetic import golden

VERSION = "0.2.0"
GRADES = {"wake": "exploratory", "depressed": "weak"}


# Of each head, what `models` shows of the card.
MAIN = {
    "wake": [
        "Hybrid, a day before the night heard · balanced accuracy",
        "Hybrid, a day before the night heard · AUC within a person",
    ],
    "depressed": ["Hybrid, all days · MCC", "Hybrid, all days · AUC"],
}


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


def main() -> None:
    figures, work, folder = asked(__doc__)
    model = DailyHybrid()
    model.load_state_dict(torch.load(work / f"{EVERYBODY}.pt"))
    write_folder(folder, model, build, golden, partial(manifest, figures), {"card": printed(figures), "main": MAIN, "figures": figures}, partial(card, figures))


if __name__ == "__main__":
    main()
