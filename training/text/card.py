"""Stage 7: CARD.md from card.md and metrics.json; the figures it prints are kept in metrics.json under `card`."""

import argparse
import json
from pathlib import Path

from export import write_json

HERE = Path(__file__).parent
BEFORE = "before_ordinary_text"


class Figures:
    """Tables of plain numbers, and the same numbers under "row · column"."""

    def __init__(self) -> None:
        self.printed: dict[str, float | int | str] = {}

    def table(self, first: str, columns: list[str], rows: dict[str, list[float | int | str]]) -> str:
        lines = [f"| {first} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
        for label, values in rows.items():
            lines.append(f"| {label} | {' | '.join(str(value) for value in values)} |")
            self.printed.update({f"{label} · {column}": value for column, value in zip(columns, values, strict=True) if value != "–"})
        return "\n".join(lines)


def emotion_table(figures: Figures, metrics: dict) -> str:
    dev = metrics["emotion"]["goemotions_dev"]
    names = ("rows", "macro_f1", "micro_f1", "mean_ap")
    rows = {"all dev rows": dev, "dev rows whose text is not in train": dev["without_repeats"]}
    if BEFORE in metrics:
        rows["all dev rows, before ordinary text"] = metrics[BEFORE]["emotion"]["goemotions_dev"]
    rows = {label: [round(part[name], 3) for name in names] for label, part in rows.items()}
    return figures.table("Emotion, GoEmotions dev", ["rows", "macro-F1", "micro-F1", "mean AP"], rows)


def label_table(figures: Figures, metrics: dict) -> str:
    f1 = metrics["emotion"]["goemotions_dev"]["f1"]
    return figures.table("Emotion, one label", ["F1"], {label: [value] for label, value in f1.items()})


def crisis_table(figures: Figures, metrics: dict) -> str:
    columns = {
        "rows": "rows", "kappa": "kappa", "kappa low": "kappa_low", "kappa high": "kappa_high",
        "AUC severity ≥ 4": "auc_severity_4", "AUC severity ≥ 1": "auc_severity_1",
        "mean absolute error": "mean_absolute_error", "exact": "exact", "90 % interval holds": "interval_90_coverage",
    }  # fmt: skip
    labels = {"cssrs_posts_dev": "dev posts", "cssrs_posts_train_authors_left_out": "train posts, their authors left out"}
    rows = {label: metrics["crisis"][key] for key, label in labels.items()}
    if BEFORE in metrics:
        rows.update({f"{label}, before": metrics[BEFORE]["crisis"][key] for key, label in labels.items()})
    rows = {label: [round(part[name], 3) for name in columns.values()] for label, part in rows.items()}
    return figures.table("Crisis, Columbia severity 0–6", list(columns), rows)


def everyday_table(figures: Figures, metrics: dict) -> str:
    columns = {
        "texts": "rows", "mean severity": "mean_severity", "decided 1 or more": "decided_1_or_more",
        "decided 2 or more": "decided_2_or_more", "decided 4 or more": "decided_4_or_more",
    }  # fmt: skip
    extra = {"AUC of dev posts ≥ 1": "auc_of_posts_1_or_more", "AUC of dev posts ≥ 3": "auc_of_posts_3_or_more"}
    parts = {"GoEmotions dev, not rated": metrics["crisis"]["goemotions_dev_unrated"]}
    parts["Reddit self-text posts held back, not rated"] = metrics["crisis"]["self_posts_unrated"]
    if BEFORE in metrics:
        parts["GoEmotions dev, before"] = metrics[BEFORE]["crisis"]["goemotions_dev_unrated"]
    columns |= extra
    rows = {label: [round(part[n], 3) if n in part else "–" for n in columns.values()] for label, part in parts.items()}
    return figures.table("Crisis on everyday text", list(columns), rows)


def engine_table(figures: Figures, metrics: dict) -> str:
    texts = metrics["engine"]["one_text"]
    rows = {f"{size} tokens": [round(text["seconds"], 2), round(text["peak_mb"])] for size, text in texts.items()}
    return figures.table("One text", ["seconds of processor time", "peak memory of the process, MB"], rows)


def bits_table(figures: Figures, metrics: dict) -> str:
    changed = metrics["engine"]["texts_with_a_changed_bit"]
    columns = list(changed["short"])
    labels = {"short": "up to 256 tokens", "long": "above 256 tokens"}
    return figures.table("Texts with a changed bit", columns, {label: list(changed[k].values()) for k, label in labels.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_args()
    path = options.out / "metrics.json"
    metrics, figures = json.loads(path.read_text(encoding="utf-8")), Figures()
    tables = {
        "emotion_table": emotion_table, "label_table": label_table, "crisis_table": crisis_table,
        "everyday_table": everyday_table, "engine_table": engine_table, "bits_table": bits_table,
    }  # fmt: skip
    card = (HERE / "card.md").read_text(encoding="utf-8")
    for name, make in tables.items():
        unmeasured = name in ("engine_table", "bits_table") and "engine" not in metrics
        card = card.replace(f"{{{{{name}}}}}", "Not measured yet." if unmeasured else make(figures, metrics))
    for name, severity in metrics["crisis"]["sentences"].items():
        card = card.replace(f"{{{{{name}}}}}", str(round(severity, 1)))
    (options.out / "CARD.md").write_text(card, encoding="utf-8")
    write_json(path, {**metrics, "card": figures.printed})


if __name__ == "__main__":
    main()
