"""Stage 15: CARD.md from card.md and metrics.json; the figures it prints are kept in metrics.json under `card`."""

import argparse
import json
from pathlib import Path

from export import write_json

HERE = Path(__file__).parent
# Of each head, what `models` shows of the card.
MAIN = {
    "emotion": ["emotion, all dev rows · macro-F1", "emotion, all dev rows · mean AP"],
    "affect": ["affect, mean of the three · r"],
    "loneliness": [
        "loneliness: lonely · AUC",
        "loneliness: thwarted_belongingness · AUC",
        "loneliness: perceived_burdensomeness · AUC",
    ],
    "crisis": ["crisis, dev posts · kappa", "crisis, dev posts · AUC severity ≥ 4"],
    "stress": ["stress · AUC", "stress · F1"],
    "social_anxiety": ["social_anxiety, AUC · figure"],
    "outdoor_effect": ["outdoor_effect, macro-F1 · figure"],
    "personality": ["personality, mean of the five · accuracy"],
}


def printed(table: dict) -> str:
    """A table of metrics.json as Markdown."""
    lines = [f"| {table['title']} | {' | '.join(table['columns'])} |", f"| --- |{' ---: |' * len(table['columns'])}"]
    return "\n".join(lines + [f"| {row} | {' | '.join(map(str, cells))} |" for row, cells in table["rows"].items()])


def figures(table: dict) -> dict[str, str | int]:
    """The same figures under "row · column", but for dashes, which stand where there is none."""
    cells = {f"{row} · {column}": cell for row, cells in table["rows"].items() for column, cell in zip(table["columns"], cells)}
    return {name: cell for name, cell in cells.items() if cell != "–"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_args()
    path = options.out / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    card, kept = (HERE / "card.md").read_text(encoding="utf-8"), {}
    for name, table in metrics["tables"].items():
        if f"{{{{{name}}}}}" not in card:
            raise SystemExit(f"card.md has no place for the table {name}")
        both = kept.keys() & figures(table).keys()
        if both:
            raise SystemExit(f"two tables share {sorted(both)}")
        card, kept = card.replace(f"{{{{{name}}}}}", printed(table)), kept | figures(table)
    if "{{" in card:
        raise SystemExit(f"no table for {card[card.index('{{') :][:30]}")
    (options.out / "CARD.md").write_text(card, encoding="utf-8")
    write_json(path, {**metrics, "card": kept, "main": MAIN})


if __name__ == "__main__":
    main()
