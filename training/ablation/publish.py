"""Tables and plots of the ablation: WORK/*.json become results.json here, docs/ablation.md and docs/pictures/ablation-*.svg.

What has not been measured yet is left out, and the page says so.
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from intervals import of_mean, row_weights  # noqa: E402

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
PARTS = ("emotion", "recall", "cost")
PATTERNS = ("attention only", "SSM only", "3:1", "5:1", "11:1")
HOURS = {"1 min": 1 / 60, "10 min": 1 / 6, "1 h": 1, "6 h": 6, "24 h": 24}
RECALL_ROWS = (
    *(f"{pattern}, all tokens" for pattern in PATTERNS),
    *(f"{pattern}, window and landmarks" for pattern in ("3:1", "5:1", "11:1")),
)  # fmt: skip
TASKS = ("alone", "crowded")
COLOURS = dict(zip(PATTERNS, ("tab:red", "tab:blue", "tab:green", "tab:purple", "tab:orange")))
MISSING = "Not measured yet.\n"
matplotlib.rcParams.update({"svg.hashsalt": "ablation", "svg.fonttype": "none", "figure.figsize": (6.4, 3.8)})

HEAD = """# Attention, state space, or both: the ablation

Twelve-layer encoders that differ in one thing only: which layers mix by attention and which by a state space (SSM). All have
the same number of parameters to within 2.5 %, the same rows in the same order and the same settings; steps are equal for
quality, and until the task is learnt for recall. The mixers and the graphs are those of the [text encoder](../models/text/CARD.md).
Every pattern is trained from the same seeds; a seed sets the first weights and the order of rows. This page and its plots are
written by `training/ablation/publish.py`; the numbers are in `training/ablation/results.json`.
"""


def cell(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".lstrip("0") if abs(value) < 1 else f"{value:.{digits}f}"


def spread(figure: dict, digits: int = 3) -> str:
    """Mean over seeds, its interval over rows or texts, and from the lowest seed to the highest."""
    low, high, least, most = (cell(v, digits) for v in (*figure["interval"], min(figure["runs"]), max(figure["runs"])))
    seeds = f" ({least} to {most})" if len(figure["runs"]) > 1 else ""
    return f"{cell(figure['mean'], digits)} [{low}, {high}]{seeds}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows)]
    return "\n".join(lines) + "\n"


def not_yet(names: tuple[str, ...], found: dict) -> str:
    left = [name for name in names if name not in found]
    return f"\nNot measured yet: {'; '.join(left)}.\n" if left else ""


def seeds_of(found: dict, runs: str) -> str:
    counts = {len(row[runs]) for row in found.values()}
    return f"{min(counts)} to {max(counts)} seeds" if len(counts) > 1 else "one seed" if counts == {1} else f"{max(counts)} seeds"


def apart(found: dict, measure: str) -> list[str]:
    """Pairs of patterns whose three or more seeds do not overlap, the higher first: of two, a third never do by chance."""
    runs = {name: row[measure]["runs"] for name, row in found.items()}
    return [f"{a} above {b}" for a in runs for b in runs if min(len(runs[a]), len(runs[b])) > 2 and min(runs[a]) > max(runs[b])]


def emotion_part(found: dict) -> str:
    found = {name: found[name] for name in PATTERNS if name in found}
    first = next(iter(found.values()))
    rows = [
        [name, f"{row['parameters']:,}", str(len(row["losses"])), cell(float(np.mean(list(row["losses"].values()))), 4)]
        + [spread(row[measure]) for measure in ("macro_f1", "mean_ap")]
        for name, row in found.items()
    ]  # fmt: skip
    _, axes = plt.subplots(1, 2, sharey=True)
    for axis, measure, title in zip(axes, ("macro_f1", "mean_ap"), ("macro-F1", "mean AP")):
        for place, (name, row) in enumerate(found.items()):
            figure = row[measure]
            off = [[figure["mean"] - figure["interval"][0]], [figure["interval"][1] - figure["mean"]]]
            axis.errorbar(figure["mean"], place, xerr=off, marker="|", markersize=14, color=COLOURS[name])
            axis.plot(figure["runs"], [place] * len(figure["runs"]), "o", markersize=4, color=COLOURS[name])
        axis.set_yticks(range(len(found)), list(found))
        axis.set_xlabel(title)
    axes[0].invert_yaxis()
    save("ablation-quality")
    text = (
        f"\n## Quality: GoEmotions after {first['rows_seen']:,} rows\n\nFrom nothing but word embeddings, {first['rows_seen']:,} rows of train in "
        f"{first['steps']} steps, scored on dev; width 96, {seeds_of(found, 'losses')}. The loss is the mean of the last hundred steps. In each cell: mean over "
        "seeds, [95 % bootstrap of that mean over dev rows], (lowest to highest seed). So short a training compares how fast patterns learn, and is "
        "far from what the shipped model reaches. Attention alone has rotary positions; in the hybrids the state-space layers tell the order.\n\n"
    )
    clear = {title: apart(found, measure) for measure, title in (("macro_f1", "macro-F1"), ("mean_ap", "mean AP"))}
    seeds = "".join(f" In {title}: {'; '.join(pairs) or 'none'}." for title, pairs in clear.items())
    after = f"\nPairs of three seeds each that do not overlap, the least that a difference should show; with fewer seeds none is named.{seeds}\n"
    head = ["pattern", "parameters", "seeds", "loss", "macro-F1", "mean AP"]
    return text + table(head, rows) + after + not_yet(PATTERNS, found) + picture("quality", "Quality by pattern")


def over_texts(found: dict) -> dict:
    """The runs of recall.json with each distance's mean over seeds in place of its texts; texts are the same for every seed."""
    found = {name: row for name, row in found.items() if row["runs"]}
    for row in found.values():
        runs = list(row["runs"].values())
        for task in TASKS:
            gaps = [gap for gap in runs[0].get(task, {}) if all(gap in run.get(task, {}) for run in runs)]
            shares = {gap: np.array([run[task][gap] for run in runs]) for gap in gaps}
            row[task] = {gap: of_mean(list(each @ row_weights(each.shape[1]).T / each.shape[1])) for gap, each in shares.items()}
        for run in runs:
            for task in TASKS:
                run.pop(task, None)
    return found


def recall_plot(found: dict, task: str) -> None:
    for place, (name, row) in enumerate(found.items()):
        gaps, figures = [int(gap) for gap in row[task]], list(row[task].values())
        means = [figure["mean"] for figure in figures]
        off = [[abs(end(figure["runs"]) - figure["mean"]) for figure in figures] for end in (min, max)]
        shift = 1.03 ** (place - len(found) / 2)  # bars of several patterns beside one another
        plt.errorbar(
            [gap * shift for gap in gaps], means, yerr=off, fmt=style(name), markersize=4, linewidth=1, elinewidth=0.7,
            label=name, color=COLOURS[name.split(",")[0]],
        )  # fmt: skip
    plt.ylim(0, 1.04)
    plt.axhline(next(iter(found.values()))["chance"], color="grey", linestyle=":")
    ticks = {f"{int(gap):,}": int(gap) for row in found.values() for gap in row[task]}
    finish(f"ablation-recall-{task}", "tokens between the facts and the questions", "share answered", ticks)


def recall_part(found: dict) -> str:
    found = {name: found[name] for name in RECALL_ROWS if name in found}
    text = (
        "\n## Recall of a detail placed far back\n\nFour facts in the first 32 places, then filler, then questions about them; trained with gaps of up to 88 "
        "tokens, asked through the exported graph with far longer ones. Chance is .125. Half of the texts of training have other facts among the "
        f"filler, one place in sixteen, that are not asked about. Width 64, no positions anywhere, {seeds_of(found, 'runs')}. A window is the query's "
        "block of 32 places and the two beside it; landmarks are the 4 places of every other block that the layer itself scores highest. Each "
        "is trained until .95 of the questions of twenty steps on end are answered, or for 900 steps, and then for 60 steps of a falling rate.\n\n"
    )
    rows = []
    for name, row in found.items():
        steps = ", ".join(str(run["steps"]) if run["learnt"] else "not" for run in row["runs"].values())
        rows.append([name, f"{row['parameters']:,}", steps, ", ".join(cell(run["at_end"], 2) for run in row["runs"].values())])
    text += table(["pattern, reach of attention", "parameters", "steps until learnt, by seed", "share answered at the end, by seed"], rows)
    text += (
        "\nA run that has not learnt the task starts lower at every distance, and one that learnt it sooner was trained for fewer steps. Below, in each cell: "
        "mean over seeds, [95 % bootstrap of that mean over texts], "
        "(lowest to highest seed); in the plots the bars are the seeds and the dotted line is chance. Sixteen texts a distance and seed, "
        "eight questions each: differences of less than about .1 say nothing.\n"
    )
    titles = {"alone": "Nothing but filler between", "crowded": "Other facts between, one place in sixteen"}
    for task, title in titles.items():
        gaps = max((list(row[task]) for row in found.values()), key=len)
        rows = [[name, *(spread(row[task][gap], 2) if gap in row[task] else "" for gap in gaps)] for name, row in found.items()]
        recall_plot(found, task)
        text += f"\n{title}:\n\n" + table(["pattern, reach of attention", *(f"{int(gap):,}" for gap in gaps)], rows)
        text += picture(f"recall-{task}", f"Share answered against distance: {title.lower()}")
    return text + not_yet(RECALL_ROWS, found)


def said(results: dict) -> str:
    """What the figures say and do not say, with the figures."""
    lines = []
    if found := results.get("emotion"):
        means = {title: [row[m]["mean"] for row in found.values()] for m, title in (("macro_f1", "macro-F1"), ("mean_ap", "mean AP"))}
        between = " and ".join(f"{cell(min(v))} to {cell(max(v))} in {title}" for title, v in means.items())
        several = min(len(row["losses"]) for row in found.values()) > 2
        lines.append(
            f"Quality of short texts: {len(found)} of {len(PATTERNS)} patterns lie within {between}. "
            + ("Which pairs keep apart from seed to seed is named below the table." if several else "Not all have a third seed: no order can be read from that.")
        )
    if found := results.get("recall"):
        far = {name: row["crowded"]["4096"]["mean"] for name, row in found.items() if "4096" in row["crowded"]}
        order = "; ".join(f"{name} {cell(share, 2)}" for name, share in sorted(far.items(), key=lambda item: -item[1]))
        late = [name for name, row in found.items() if not all(run["learnt"] for run in row["runs"].values())]
        lines.append(
            "Recall: past nothing but filler, distance costs little: at 4,096 tokens the lowest row still answers "
            f"{cell(min(row['alone']['4096']['mean'] for row in found.values() if '4096' in row['alone']), 2)}. Past other facts it costs much. There, at 4,096 "
            f"tokens: {order}. No row had more than 88 tokens in training, so this is how far each carries what it learnt, not what it could be "
            "trained to do."
            + (f" Not learnt to .95 in 900 steps by every seed: {'; '.join(late)}." if late else "")
        )
        window, everything = "5:1, window and landmarks", "5:1, all tokens"
        if window in far and everything in far:
            lines.append(
                f"5:1 with window and landmarks, the kind that the shipped encoder is, pays for its even cost where facts are many: {cell(far[window], 2)} against "
                f"{cell(far[everything], 2)} with all tokens in reach, though a block has landmarks enough for the four facts asked about. Past filler alone: "
                f"{cell(found[window]['alone']['4096']['mean'], 2)} against {cell(found[everything]['alone']['4096']['mean'], 2)}."
            )
    if found := results.get("cost"):
        at = {name: row["16384"] for name, row in found["tokens"].items()}
        times = at["attention only"] / at["5:1, window and landmarks"]
        lines.append(f"Cost: up to 256 tokens about the same for all; at 16,384 attention alone takes {times:.0f} times as long as 5:1 with window and landmarks.")
    lines.append(
        "Not said: anything about long training, wide encoders or other tasks; widths are 64 and 96, seeds few. The figures give no ground to prefer "
        "3:1 or 5:1 for quality, nor the place of the attending layers within a ratio, which was not varied."
    )
    return "\n## What the figures say, and what not\n\n" + "".join(f"- {line}\n" for line in lines)


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
        "queries a block at a time and uses the engine's own softmax; a window is the query's block of 128 places and the two beside it. Measured "
        f"{found['measured']}.\n\n"
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
    save(name)


def save(name: str) -> None:
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
            found = json.loads(path.read_text(encoding="utf-8"))
            results[part] = over_texts(found) if part == "recall" else found
    kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    titles = {"emotion": "Quality", "recall": "Recall of a detail placed far back", "cost": "Cost against length"}
    made = {"emotion": emotion_part, "recall": recall_part, "cost": cost_part}
    parts = [made[p](results[p]) if results.get(p) else f"\n## {titles[p]}\n\n{MISSING}" for p in PARTS]
    (DOCS / "ablation.md").write_text(HEAD + said(results) + "".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
