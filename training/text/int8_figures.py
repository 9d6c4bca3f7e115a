"""Stage 14: what the int8 form costs, on dev rows: size, speed, each head's measure, decisions that flip, rows that fall back."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from calibration import crossed_f1, kappa
from data import add_arguments, open_tokenizer, read_rows, tokenise
from export import write_json
from figures import Tables, number
from margins import compared, near
from measure_risk import Crisis
from score_rows import feed, open_graph, run_rows
from sklearn.metrics import roc_auc_score
from tasks import Sets, emotion_targets


def decisions(head: dict, logits: np.ndarray) -> np.ndarray:
    """(rows, n) as the head decides: how many of its limits each value reaches."""
    values, limits = compared(head, logits)
    return np.stack([(values[:, [k]] >= each[None]).sum(axis=1) for k, each in enumerate(limits)], axis=1)


def refused(manifest: dict, session, texts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) of bool, as the runtime finds them: beyond a guard, and beyond one or near a limit of a head in `margins`."""
    guards, margins = manifest["int8"]["guards"], manifest["int8"]["margins"]
    limits = [guards[name] for name in sorted(guards, key=lambda name: (name.startswith("loss"), name))]
    found = run_rows(session, texts, ["counters", *margins])
    beyond = np.any(found["counters"] > limits, axis=1)
    heads = {head["name"]: head for head in manifest["heads"]}
    return beyond, beyond | np.any([near(heads[name], found[name], margin) for name, margin in margins.items()], axis=0)


def milliseconds(paths: list[Path], rows: list[np.ndarray], repeats: int = 5) -> list[float]:
    """Processor time a row of each graph, the least of alternating runs over batches of 32 sorted by length."""
    sessions, best = [open_graph(path) for path in paths], [np.inf] * len(paths)
    ordered = sorted(rows, key=len)
    inputs = [feed(ordered[i : i + 32]) for i in range(0, len(ordered), 32)]
    for _ in range(repeats):
        for k, session in enumerate(sessions):
            start = time.process_time()
            for values in inputs:
                session.run(["emotion"], values)
            best[k] = min(best[k], (time.process_time() - start) * 1000 / len(rows))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the model folder; stage 13 left int8-whole.onnx in WORK")
    options = parser.parse_args()
    manifest = json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))
    heads = {head["name"]: head for head in manifest["heads"]}
    paths = [options.out / "onnx/model.onnx", options.work / "int8-whole.onnx"]
    full, low = (open_graph(path) for path in paths)
    tokenizer, tables, dev, rows = open_tokenizer(options.out / "tokenizer.json"), Tables(), Sets(options.data, set()), {}
    comments = read_rows(options.data, "goemotions.dev")
    labels = emotion_targets(comments)
    tasks = {"emotion": [row["text"] for row in comments]} | {t.head: t.texts for t in (dev.crisis("dev"), dev.loneliness("dev"), dev.stress("dev"))}
    truth = {t.head: t for t in (dev.crisis("dev"), dev.loneliness("dev"), dev.stress("dev"))}
    tokens = {name: tokenise(tokenizer, [{"text": text} for text in texts]) for name, texts in tasks.items()}
    fallen = []
    for name, texts in tokens.items():
        one, other = (run_rows(session, texts, [name])[name] for session in (full, low))
        beyond, again = refused(manifest, low, texts)
        fallen.append([len(texts), f"{beyond.mean() * 100:.2f}", f"{again.mean() * 100:.2f}"])
        alone = decisions(heads[name], one) != decisions(heads[name], other)
        other = np.where(again[:, None], one, other)  # as the runtime does
        flipped = decisions(heads[name], one) != decisions(heads[name], other)

        def measure(z: np.ndarray, name: str = name) -> float:
            if name == "emotion":
                return crossed_f1(z, labels)["macro_f1"]
            task = truth[name]
            if name == "crisis":
                return kappa(task.targets.sum(axis=1).astype(int), Crisis(heads["crisis"]).decided(z))
            return float(roc_auc_score(task.targets[:, 0], z[:, 0]))

        shares = [f"{each.mean() * 100:.2f}" for each in (flipped, alone)]
        rows[f"int8, {name}"] = [len(texts), number(measure(one)), number(measure(other)), *shares]
    columns = ["rows", "fp32", "int8", "% of decisions flipped", "% without any row in fp32"]
    tables.add("int8", "Measure in eight bits (macro-F1, kappa, AUC, AUC)", columns, rows)
    times = milliseconds(paths, tokens["emotion"][:640])
    built = sum(-(-(e["length"] // (2 if "scales" in e else 1)) // 64) * 64 for e in manifest["int8"]["built_from"])
    sizes = {"fp32, stored as fp16": [round(paths[0].stat().st_size / 1e6, 1), number(times[0])],
             "int8": [round((built + (options.out / "onnx/int8.onnx").stat().st_size) / 1e6, 1), number(times[1])]}  # fmt: skip
    tables.add("int8_cost", "Form", ["MB", "milliseconds a comment"], sizes)
    tables.add("int8_fallback", "Scored in fp32 after all", ["rows", "% beyond a guard", "% with those near a cut"], dict(zip(map("texts of {}".format, tokens), fallen)))
    path = options.out / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**metrics, "tables": metrics["tables"] | tables.all})


if __name__ == "__main__":
    main()
