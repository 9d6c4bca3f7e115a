"""Tables and plots of the ablation: WORK/*.json become results.json here, docs/ablation.md and docs/pictures/ablation-*.svg.

What has not been measured yet is left out, and the page says so.
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
PARTS = ("emotion", "recall", "cost")
PATTERNS = ("attention only", "SSM only", "3:1", "5:1", "11:1")
HOURS = {"1 min": 1 / 60, "10 min": 1 / 6, "1 h": 1, "6 h": 6, "24 h": 24}
RECALL_ROWS = (
    "5:1, window and landmarks", "5:1, window", "5:1, all tokens", "SSM only, all tokens", "attention only, all tokens",
    "3:1, all tokens", "11:1, all tokens",
)  # fmt: skip
LATE = 1.08  # a training loss so far above the lowest is pointed out
MISSING = "Not measured yet.\n"
matplotlib.rcParams.update({"svg.hashsalt": "ablation", "svg.fonttype": "none", "figure.figsize": (6.4, 3.8)})

HEAD = """# Attention, state space, or both: the ablation

Twelve-layer encoders that differ in one thing only: which layers mix by attention and which by a state space (SSM). All have
the same number of parameters to within 2 %, the same seed, rows and steps. The mixers and the graphs are those of the
[text encoder](../models/text/CARD.md). One seed each; intervals are 95 % bootstraps over rows or texts, and do not cover the
choice of a seed: differences of less than about .02 say nothing. This page and its plots are written by
`training/ablation/publish.py`; the numbers are in `training/ablation/results.json`.
"""


def cell(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".lstrip("0") if abs(value) < 1 else f"{value:.{digits}f}"


def spread(value: float, interval: list[float]) -> str:
    return f"{cell(value)} [{cell(interval[0])}, {cell(interval[1])}]"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows)]
    return "\n".join(lines) + "\n"


def not_yet(names: tuple[str, ...], found: dict) -> str:
    left = [name for name in names if name not in found]
    return f"\nNot measured yet: {'; '.join(left)}.\n" if left else ""


def emotion_part(found: dict) -> str:
    rows = [
        [name, f"{row['parameters']:,}", cell(row["loss"]), spread(row["macro_f1"], row["macro_f1_interval"]), spread(row["mean_ap"], row["mean_ap_interval"])]
        for name, row in found.items()
    ]  # fmt: skip
    seen = next(iter(found.values()))["rows_seen"]
    text = (
        f"\n## Quality: GoEmotions after {seen:,} rows\n\nFrom nothing but word embeddings, {seen:,} rows of train, scored on dev. The loss is the "
        "mean of the last hundred steps. So short a training compares how fast patterns learn, and is far from what the shipped model reaches. "
        "Attention alone has rotary positions; in the hybrids the state-space layers tell the order.\n\n"
    )
    lowest = min(row["loss"] for row in found.values())
    slow = [name for name, row in found.items() if row["loss"] > LATE * lowest]
    late = (
        f"\nThe training of {' and '.join(slow)} was behind with its loss on the training rows already: with one seed this may be its start "
        "as well as its pattern, and is no ground for a choice.\n"
        if slow
        else ""
    )
    return text + table(["pattern", "parameters", "loss", "macro-F1", "mean AP"], rows) + late + not_yet(PATTERNS, found)


def recall_part(found: dict) -> str:
    gaps = list(next(iter(found.values()))["by_gap"])
    rows = [
        [name, cell(row["while_training"], 2), *(spread(v["share"], v["interval"]) for v in row["by_gap"].values())]
        for name, row in found.items()
    ]
    for name, row in found.items():
        plt.plot([int(g) for g in gaps], [v["share"] for v in row["by_gap"].values()], marker="o", markersize=4, label=name)
    plt.ylim(0, 1.02)
    plt.axhline(next(iter(found.values()))["chance"], color="grey", linestyle=":")
    steps = next(iter(found.values()))["steps"]
    finish("ablation-recall", "tokens between the facts and the questions", "share answered", {f"{int(g):,}": int(g) for g in gaps})
    text = (
        "\n## Recall of a detail placed far back\n\nFour facts at the start, filler, then questions about them; trained with gaps of up "
        "to 96 tokens, asked through the exported graph with far longer ones. Chance is .125, the dotted line. A window is the "
        "query's block of 32 places and the two beside it; landmarks are the 4 places of every other block that the layer "
        f"itself scores highest. Encoders of width 64, {steps} steps. The first column is the end of training: a low one has not learned the "
        "task in these few steps, and says nothing about distance.\n\n"
    )
    head = ["pattern, reach of attention", "training", *(f"{int(g):,}" for g in gaps)]
    return text + table(head, rows) + not_yet(RECALL_ROWS, found) + picture("recall", "Share answered against distance")


def cost_part(found: dict) -> str:
    def rows(by: dict) -> list[list[str]]:
        return [[name, *(f"{v:,.1f}" for v in row.values())] for name, row in by.items()]

    for name, row in found["tokens"].items():
        plt.loglog([int(n) for n in row], list(row.values()), style(name), markersize=4, label=name)
    finish("ablation-cost", "tokens", "milliseconds of processor time", {f"{int(n):,}": int(n) for n in row})
    tokens, wearable, block = found["tokens"], found.get("wearable"), found.get("wearable_block")
    for name, row in (wearable or {}).items():
        plt.loglog([HOURS[span] for span in row], list(row.values()), style(name), markersize=4, label=name)
    if wearable:
        finish("ablation-wearable", "length of the recording", "milliseconds of processor time", {span: HOURS[span] for span in row})
    streamed = (
        f"\nThe wearable model itself takes its stream block by block with {block['carried_numbers']:,} carried numbers: "
        f"{block['milliseconds']:.2f} ms a block whatever came before, {block['milliseconds'] * 8640 / 1000:.0f} s for 24 h.\n"
        if block
        else ""
    )
    return (
        "\n## Cost against length\n\nMilliseconds of processor time of one text through the exported graph, one thread, width 128, patterns in "
        "turn; the median of nine runs up to 256 tokens, of three up to 4,096, one run beyond. Attention over all tokens goes through its "
        "queries a block at a time and uses the engine's own softmax; a window is the query's block of 128 places and the two beside it.\n\n"
        + table(["pattern", *(f"{int(n):,}" for n in next(iter(tokens.values())))], rows(tokens))
        + picture("cost", "Cost against tokens")
        + "\nThe same encoders on a recording read whole, one place for each 10 s"
        + (
            ":\n\n" + table(["pattern", *next(iter(wearable.values()))], rows(wearable)) + picture("wearable", "Cost against hours")
            if wearable
            else ": not measured yet.\n"
        )
        + streamed
    )


def style(name: str) -> str:
    return "o--" if "window" in name else "o-"


def finish(name: str, x: str, y: str, ticks: dict[str, float]) -> None:
    """Saves the plot; ticks are the measured places of its axis."""
    plt.xscale("log")
    plt.xticks(list(ticks.values()), list(ticks))
    plt.minorticks_off()
    plt.xlabel(x)
    plt.ylabel(y)
    plt.legend(fontsize=7)
    plt.tight_layout()
    (DOCS / "pictures").mkdir(exist_ok=True)
    plt.savefig(DOCS / "pictures" / f"{name}.svg", metadata={"Date": None})
    plt.close()


def picture(name: str, title: str) -> str:
    return f"\n![{title}](pictures/ablation-{name}.svg)\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder of emotion.json, recall.json and cost.json; without it the kept results")
    options = parser.parse_args()
    kept = HERE / "results.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for part in PARTS:
        path = options.work / f"{part}.json" if options.work else None
        if path and path.exists():
            results[part] = json.loads(path.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    titles = {"emotion": "Quality", "recall": "Recall of a detail placed far back", "cost": "Cost against length"}
    made = {"emotion": emotion_part, "recall": recall_part, "cost": cost_part}
    parts = [made[p](results[p]) if results.get(p) else f"\n## {titles[p]}\n\n{MISSING}" for p in PARTS]
    (DOCS / "ablation.md").write_text(HEAD + "".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
