"""Stage 11: every figure of the card, from the exported graph and manifest, into metrics.json."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import measure_heads
import measure_risk
import numpy as np
import torch
from calibration import sigmoid
from challenge import Challenge
from data import add_arguments, normalised, open_tokenizer, read_rows
from export import write_json
from figures import Tables, number
from measure_evidence import evidence
from measure_risk import Crisis
from model import open_checkpoint
from plots import calibration_error, reliability, write_reliability
from score_rows import graph_logits, open_graph
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from tasks import Sets, Task, emotion_targets, held_back_posts, unseen

PICTURE = Path(__file__).resolve().parents[2] / "docs/pictures/text-calibration.svg"


def calibration(tables: Tables, parts: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """parts: name -> probabilities and truths, flat. Scaled on these very rows, so this shows the shape, not unseen error."""
    rows = {f"calibration of {name}": [len(p), number(calibration_error(p, t))] for name, (p, t) in parts.items()}
    tables.add("calibration", "Expected calibration error", ["probabilities", "error"], rows)
    write_reliability(PICTURE, {name: reliability(p, t) for name, (p, t) in parts.items()})


def groups(tables: Tables, folder: Path, stress: tuple[Task, np.ndarray], score) -> None:
    """Stress by forum, and scores beside questionnaires by sex and age as coded in the set."""
    forums = np.array([row["subreddit"] for row in read_rows(folder, "dreaddit.dev")])
    truth, z, rows = stress[0].targets[:, 0], stress[1][:, 0], {}
    for forum in sorted(set(forums)):
        own = forums == forum
        if own.sum() >= 20 and 0 < truth[own].sum() < own.sum():
            rows[f"r/{forum}"] = [int(own.sum()), number(float(roc_auc_score(truth[own], z[own])))]
    tables.add("forums", "Stress by forum, dev", ["rows", "AUC by forum"], rows)
    people = [r for r in read_rows(folder, "dep_wor_scales.train") if r.get("phq9") and r.get("gad7") and r.get("age")]
    logits, rows = score([row["text"] for row in people]), {}
    age, sex = (np.array([float(row.get(name) or -1) for row in people]) for name in ("age", "gender"))
    parts = {"all": age > -2, "sex coded 0": sex == 0, "sex coded 1": sex == 1, "age below 30": age < 30, "age 30 or more": age >= 30}
    for name, own in parts.items():
        columns = []
        for scale, value in (("phq9", logits["loneliness"][:, 0]), ("phq9", logits["crisis"].mean(axis=1)), ("gad7", logits["stress"][:, 0])):
            columns.append(number(float(spearmanr(np.array([float(r[scale]) for r in people])[own], value[own]).statistic)))
        rows[f"people, {name}"] = [int(own.sum()), *columns]
    names = ["people", "lonely with PHQ-9", "crisis with PHQ-9", "stress with GAD-7"]
    tables.add("people", "Rank correlation with questionnaires", names, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="final")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_args()
    manifest = json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))
    head = {one["name"]: one for one in manifest["heads"]}
    tokenizer, session = open_tokenizer(options.out / "tokenizer.json"), open_graph(options.out / "onnx/model.onnx")
    tables, dev, pairs, crisis = Tables(), Sets(options.data, set()), Challenge(), Crisis(head["crisis"])

    def score(texts: list[str]) -> dict[str, np.ndarray]:
        return graph_logits(session, tokenizer, texts)

    comments = read_rows(options.data, "goemotions.dev")
    seen = {normalised(row["text"]) for row in read_rows(options.data, "goemotions.train")}
    everything, labels = score([row["text"] for row in comments]), emotion_targets(comments)
    measure_heads.emotion(tables, everything["emotion"], labels, np.array([normalised(r["text"]) in seen for r in comments]))
    lonely, stress, affect, rated = (
        (task, score(task.texts)[task.head]) for task in (dev.loneliness("dev"), dev.stress("dev"), dev.affect("dev"), dev.crisis("dev"))
    )
    measure_heads.distress(tables, lonely, stress)
    measure_heads.affect(tables, *affect)
    left = np.load(options.work / "crisis.npz")
    posts = Sets(options.data, unseen(options.data, pairs)).crisis("train")
    measure_heads.crisis(tables, {"crisis, dev posts": rated, "crisis, train posts, their authors left out": (posts, left["logits"])}, head["crisis"])
    measure_heads.weak(tables, dict(np.load(options.work / "weak.npz")))
    measure_risk.challenge(tables, pairs, lambda texts: score(texts)["crisis"], crisis)
    measure_risk.failures(tables, pairs.failures, lambda texts: score(texts)["crisis"], crisis)
    self_posts = score(held_back_posts(options.data))["crisis"]
    measure_risk.everyday(tables, {"GoEmotions dev": everything["crisis"], "Reddit self-text posts": self_posts}, crisis)
    severe = np.concatenate([rated[1][rated[0].targets[:, 3] > 0], left["logits"][left["severity"] >= 4]])
    measure_risk.alerts(tables, severe, everything["crisis"], crisis)
    evidence(tables, read_rows(options.data, "loneliness_irf.dev"), session, tokenizer, open_checkpoint(options.work / f"{options.checkpoint}.pt"))
    groups(tables, options.data, stress, score)

    def scaled(name: str, logits: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = head[name]["calibration"]
        return sigmoid(logits * np.array(part["a"]) + np.array(part["b"])).ravel(), truth.ravel()

    calibration(tables, {
        "emotion": scaled("emotion", everything["emotion"], labels), "loneliness": scaled("loneliness", lonely[1], lonely[0].targets),
        "stress": scaled("stress", stress[1], stress[0].targets), "crisis (dev)": scaled("crisis", rated[1], rated[0].targets),
    })  # fmt: skip
    graph = hashlib.sha256((options.out / "onnx/model.onnx").read_bytes()).hexdigest()
    parameters = sum(values.numel() for values in torch.load(options.work / "final.pt").values())
    write_json(options.out / "metrics.json", {
        "model": "text", "version": manifest["version"], "parameters": parameters, "graph_sha256": graph, "tables": tables.all,
    })  # fmt: skip


if __name__ == "__main__":
    main()
