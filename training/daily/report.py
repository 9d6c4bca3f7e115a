"""The model's card: its tables are made from the figures, so that text and metrics.json cannot part."""

import argparse
import json
from pathlib import Path
from string import Template

import hybrid  # noqa: F401  puts the wrist model's folder on the path
from card import Rows, interval, markdown, number

LOGISTIC = {"own past": "Logistic regression, own past alone", "whole recording": "Logistic regression, windows on both sides"}

RIVALS = {"forest": "Forest on each day's features", "logistic": "Logistic regression on each day's features"}
THIRDS = ("lowest", "middle", "highest")


def awake(found: dict) -> dict[str, str]:
    return {
        "balanced accuracy": interval(found["balanced_accuracy"]),
        "wake found": number(found["sensitivity"]),
        "sleep found": number(found["specificity"]),
        "AUC within a person": interval(found["auc"]),
        "sleep found where .6 of wake is": interval(found["sleep_at_wake"]),
    }


def mood(found: dict) -> dict[str, str]:
    return {
        "MCC": interval(found["mcc"]),
        "AUC": interval(found["auc"]),
        "depressed found": number(found["sensitivity"]),
        "others found": number(found["specificity"]),
    }


def tables(figures: dict) -> dict[str, Rows]:
    """Rows as (label, {column: printed figure}); no label and column occur together twice."""
    wake, low = figures["wake"], figures["mood"]
    bins = wake["hybrid"]["reliability"]
    nights = [("Hybrid, a day before the night heard", awake(wake["hybrid"])), ("Hybrid, night alone", awake(wake["night alone"]))]
    nights += [("Its plain statistics alone, a day before", awake(wake["statistics"]))]
    return {
        "wake": nights + [(LOGISTIC[k], awake(v)) for k, v in wake["logistic"].items()],
        "calibration": [
            (f"{b['tenth'] / 10:.1f} up", {"said": number(b["said"]), "was": number(b["was"]), "epochs": str(b["blocks"])}) for b in bins
        ],
        "mood": [(f"Hybrid, {k}", mood(v)) for k, v in low["heard"].items()] + [(RIVALS[k], mood(v)) for k, v in low["rivals"].items()],
        "mood_calibration": [
            (f"{THIRDS[b['third']]} third", {"chance said": number(b["said"]), "depressed": number(b["was"]), "so many people": str(b["people"])})
            for b in low["calibration"]
        ],
        "groups": [
            (k, {"people of this kind": str(v["people"]), "decided rightly": str(v["right"]), "share": interval(v["share"])})
            for k, v in low["groups"].items()
        ],
    }


def printed(figures: dict) -> dict[str, str]:
    """Every figure of the card's tables by `row · column`."""
    return {f"{row} · {column}": value for rows in tables(figures).values() for row, cells in rows for column, value in cells.items()}


def card(figures: dict, parameters: int) -> str:
    """CARD.md: the text of card.md with tables and figures put in."""
    wake, low = figures["wake"]["hybrid"], figures["mood"]
    found = {f"table_{title}": markdown(rows) for title, rows in tables(figures).items()}
    found |= {f"minus_{k.split()[0]}": interval(v) for k, v in figures["wake_minus_logistic"].items()}
    found |= {"parameters": f"{parameters:,}", "nights": wake["people"], "epochs": f"{wake['epochs']:,}", "mcc": interval(low["heard"]["all days"]["mcc"])}
    found |= {k: low[k] for k in ("people", "depressed", "days")} | {"all_people": low["of"][0], "all_nights": low["of"][1]}
    return Template((Path(__file__).parent / "card.md").read_text()).substitute(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the card of a model folder's metrics.json.")
    parser.add_argument("metrics", type=Path)
    parser.add_argument("--parameters", type=int, default=0)
    args = parser.parse_args()
    print(card(json.loads(args.metrics.read_text())["figures"], args.parameters))


if __name__ == "__main__":
    main()
