"""The model's card: its tables are made from the figures, so that text and metrics.json cannot part."""

import argparse
import json
from pathlib import Path
from string import Template

import day_model  # noqa: F401  puts the folders of the other models on the path

from card import Rows, interval, markdown, number

THIRDS = ("lowest", "middle", "highest")


def both(found: dict) -> dict[str, str]:
    return {"AUC of lonely": interval(found["auc"]), "balanced accuracy of lonely": interval(found["balanced_accuracy"])}


def tables(figures: dict) -> dict[str, Rows]:
    """Rows as (label, {column: printed figure}); no label and column occur together twice."""
    main: Rows = []
    every = {"GLOBEM sample and StudentLife": figures["together"]} | figures["sets"]
    for of, found in every.items():
        even = {"AUC of lonely": interval(found["chance"]), "balanced accuracy of lonely": number(0.5)}
        main += [(f"{of}: hybrid", both(found)), (f"{of}: logistic regression", both(found["logistic"])), (f"{of}: chance", even)]
    within = figures["within"]
    return {
        "main": main,
        "minus": [(of, {"AUC of the hybrid less the regression's": interval(found["minus_logistic"])}) for of, found in every.items()],
        "within": [(f"{k} at a prompt", {"AUC within a person": interval(within[v])}) for k, v in (("hybrid", "hybrid"), ("regression", "logistic"))],
        "heard": [(f"{k} heard", {"AUC of lonely": interval(v)}) for k, v in figures["heard"].items()],
        "calibration": [
            (f"{name} third", {"chance said": number(b["said"]), "were lonely": number(b["was"]), "so many people": str(b["people"])})
            for name, b in zip(THIRDS, figures["calibration"])
        ],
        "brier": [(f"{k}, squared error", {"of the chance": interval(v)}) for k, v in figures["brier"].items()],
        "groups": [
            (f"{k} ({v['of']})", {"people of this kind": str(v["people"]), "decided rightly": interval(v["share"])})
            for k, v in figures["groups"].items()
        ],
    }


def printed(figures: dict) -> dict[str, str]:
    """Every figure of the card's tables by `row · column`."""
    return {f"{row} · {column}": value for rows in tables(figures).values() for row, cells in rows for column, value in cells.items()}


def card(figures: dict, parameters: int) -> str:
    """CARD.md: the text of card.md with tables and figures put in."""
    found = {f"table_{title}": markdown(rows) for title, rows in tables(figures).items()}
    found |= {"parameters": f"{parameters:,}", "prompters": figures["within"]["people"], "slope": number(figures["shipped"]["platt"][0])}
    both_sets = figures["together"]
    found |= {"together_auc": interval(both_sets["auc"]), "together_above": interval([v - 0.5 for v in both_sets["auc"]])}
    found |= {"together_minus": interval(both_sets["minus_logistic"]), "within_auc": interval(figures["within"]["hybrid"])}
    found |= {"globem_regression": interval(figures["sets"]["GLOBEM sample"]["logistic"]["auc"])}
    for key, of in (("globem", "GLOBEM sample"), ("student", "StudentLife"), ("openesm", "openESM diaries")):
        found |= {f"{key}_{k}": f"{figures['sets'][of][k]:,}" for k in ("people", "lonely", "days")}
    return Template((Path(__file__).parent / "card.md").read_text()).substitute(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the card of a model folder's metrics.json.")
    parser.add_argument("metrics", type=Path)
    parser.add_argument("--parameters", type=int, default=0)
    args = parser.parse_args()
    print(card(json.loads(args.metrics.read_text())["figures"], args.parameters))


if __name__ == "__main__":
    main()
