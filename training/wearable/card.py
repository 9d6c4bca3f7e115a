"""The model's card: its tables are made from the figures, so that text and metrics.json cannot part."""

import argparse
import json
from pathlib import Path
from string import Template

MODES = {"causal": "Hybrid, own past alone", "whole": "Hybrid, whole recording read first"}
FORESTS = {
    "as measured": "Forest, knows nothing of the person",
    "own past": "Forest, z-scores by own past",
    "whole recording": "Forest, z-scores by whole recording",
}
Rows = list[tuple[str, dict[str, str]]]


def number(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 0.9995 else f"{value:.3f}"


def interval(values: list[float]) -> str:
    return f"{number(values[0])} [{number(values[1])}, {number(values[2])}]"


def compared(found: dict) -> dict[str, str]:
    return {
        "balanced accuracy": interval(found["balanced_accuracy"]),
        "sensitivity": number(found["sensitivity"]),
        "specificity": number(found["specificity"]),
        "AUC within a person": interval(found["auc"]),
        "calibration error": number(found["calibration_error"]),
        "state macro-F1": interval(found["state_macro_f1"]),
    }


def left_out(figures: dict) -> dict[str, Rows]:
    """Tables on people left out."""
    hybrid, forests = figures["hybrid"], figures["forests"]
    every = [(MODES[m], compared(hybrid[m])) for m in MODES] + [(FORESTS[f], compared(forests[f])) for f in FORESTS]
    person = lambda p: {
        **{f"{m}, own balanced accuracy": number(hybrid[m]["each_person"][p]) for m in MODES},
        **{f"forest {f}, own balanced accuracy": number(forests[f]["each_person"][p]) for f in FORESTS},
    }
    gone = lambda n: {f"{m}, signals as named": interval(hybrid[m]["ablations"][n]["balanced_accuracy"]) for m in MODES}
    alerts = lambda n: {f"{m}, sensitivity": number(hybrid[m]["sensitivity_at_false_alerts"][n]) for m in MODES}
    worth = lambda r: {f"{m}, predictive value": number(hybrid[m]["ppv"][r]) for m in MODES}
    bins = hybrid["causal"]["reliability"]
    return {
        "models": every,
        "states": [(s, {f"{m}, F1": number(hybrid[m]["state_f1"][s]) for m in MODES}) for s in hybrid["causal"]["state_f1"]],
        "people": [(p, person(p)) for p in hybrid["causal"]["each_person"]],
        "signals": [(n, gone(n)) for n in hybrid["causal"]["ablations"]],
        "calibration": [
            (f"{b['tenth'] / 10:.1f} up", {"said": number(b["said"]), "was": number(b["was"]), "blocks": str(b["blocks"])}) for b in bins
        ],
        "alerts": [(f"{n} false alerts per 1,000", alerts(n)) for n in hybrid["causal"]["sensitivity_at_false_alerts"]],
        "worth": [(f"{float(r):.1%} prevalence", worth(r)) for r in hybrid["causal"]["ppv"]],
        "order": [
            (MODES[m], {f"{k}, conditions in random order": interval(v[f]) for k, f in (("balanced accuracy", "balanced_accuracy"), ("AUC", "auc"))})
            for m, v in figures["out_of_order"].items()
        ],
        "quality": [(k, {"AUC of the quality head": interval(v)}) for k, v in figures["quality"]["kinds"].items()],
    }


def tables(figures: dict) -> list[tuple[str, Rows]]:
    """(title, rows) with rows as (label, {column: printed figure}); no label and column occur together twice."""
    made = left_out(figures)
    if "stress_predict" in figures:
        models = figures["stress_predict"]["models"]
        cells = lambda f: {"balanced accuracy, Stress-Predict": interval(f["balanced_accuracy"]), "AUC, Stress-Predict": interval(f["auc"])}
        made["transfer"] = [(name, cells(f)) for name, f in models.items()]
    return list(made.items())


def markdown(rows: Rows) -> str:
    columns = list(rows[0][1])
    lines = ["| | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {label} | " + " | ".join(cells[c] for c in columns) + " |" for label, cells in rows])


def card(figures: dict, parameters: int) -> str:
    """CARD.md: the text of card.md with tables and figures put in."""
    hybrid, versus = figures["hybrid"], figures["hybrid_minus_forest"]
    found = {f"table_{title}": markdown(rows) for title, rows in tables(figures)}
    found |= {f"{m}_versus": interval(versus[m]) for m in MODES}
    found |= {f"{m}_seated": interval(hybrid[m]["without_meditation"]) for m in MODES}
    found |= {f"{m}_main": interval(hybrid[m]["balanced_accuracy"]) for m in MODES}
    found |= {"parameters": f"{parameters:,}", "people": figures["people"], "blocks": f"{figures['blocks']:,}"}
    found |= {f"other_{k}": figures["stress_predict"][k] for k in ("people", "blocks")}
    found |= {"quality": interval(figures["quality"]["all"]["balanced_accuracy"])}
    return Template((Path(__file__).parent / "card.md").read_text()).substitute(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the card of a training's figures.json.")
    parser.add_argument("figures", type=Path)
    parser.add_argument("--parameters", type=int, default=0)
    args = parser.parse_args()
    print(card(json.loads(args.figures.read_text()), args.parameters))


if __name__ == "__main__":
    main()
