"""Stage 10: the finished encoder becomes a model folder: graph, tokenizer, calibrated heads.

Emotion, affect, loneliness and stress are scaled on their dev rows; crisis on train posts by models that had not seen their
authors; the weak heads on left-out folds. Figures come later, from measures.py.
"""

import argparse
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import onnx
import torch
from calibration import (
    expected_f1_threshold, fit_cuts, fit_linear, fit_platt, fit_temperature, interval_table, severity_distribution, sigmoid,
)  # fmt: skip
from challenge import Challenge
from data import add_arguments, normalised, open_tokenizer, read_rows
from gather import gathered
from graph import build_graph
from heads import AFFECT, EKMAN, EMOTIONS, LONELINESS, PERSONALITY, SENTIMENT
from model import ATTENTION_LAYERS, HEADS, LAYERS, TOKEN_LAYERS, VOCABULARY, WIDTH, TextEncoder, open_checkpoint
from score_rows import BLOCK, MAX_TOKENS, MULTIPLE, SINGLE_BLOCK_UP_TO, graph_logits, open_graph
from sharing import borrow
from tasks import EVERYDAY, Sets, emotion_targets, joint_tasks, severity_targets, texts, unseen

VERSION = "0.8.1"
ALONE = "onnx/alone.onnx"
ALONE_UP_TO = 128  # tokens: above them several threads cut its running sums otherwise, see graph_alone.py
NUMBERS = re.compile(r"\[\s+((?:-?[\d.eE+-]+,\s+)*-?[\d.eE+-]+)\s+\]")


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 6) for value in values]


def platt(logits: np.ndarray, targets: np.ndarray, known: np.ndarray | None = None) -> tuple[dict, list[float]]:
    """Scaling of each column, and the thresholds of the best expected F1."""
    known = np.ones_like(targets) if known is None else known
    rows = [np.flatnonzero(column) for column in known.T]
    fits = [fit_platt(logits[r][:, [k]], targets[r][:, [k]]) for k, r in enumerate(rows)]
    a, b = (np.array([fit[side][0] for fit in fits]) for side in (0, 1))
    limits = [expected_f1_threshold(sigmoid(logits[r, k] * a[k] + b[k])) for k, r in enumerate(rows)]
    return {"kind": "platt", "a": rounded(a), "b": rounded(b)}, rounded(np.array(limits))


def emotion_head(logits: np.ndarray, targets: np.ndarray) -> dict:
    calibration, thresholds = platt(logits, targets)
    return {
        "name": "emotion", "type": "multilabel", "output": "emotion", "labels": list(EMOTIONS), "calibration": calibration,
        "thresholds": thresholds, "interval": interval_table(logits, targets), "groups": {"ekman": EKMAN, "sentiment": SENTIMENT},
        "grade": "validated", "evidence": "emotion_tokens",
    }  # fmt: skip


def affect_head(logits: np.ndarray, values: np.ndarray) -> dict:
    a, b, half = fit_linear(logits, values)
    return {
        "name": "affect", "type": "regression", "output": "affect", "labels": list(AFFECT), "range": [1, 5],
        "calibration": {"kind": "linear", "a": rounded(a), "b": rounded(b)}, "half_width": rounded(half),
        "grade": "exploratory", "evidence": "affect_tokens",
    }  # fmt: skip


def labelled_head(name: str, labels: tuple[str, ...], logits: np.ndarray, targets: np.ndarray, known: np.ndarray | None) -> dict:
    calibration, thresholds = platt(logits, targets, known)
    return {
        "name": name, "type": "multilabel", "output": name, "labels": list(labels), "calibration": calibration,
        "thresholds": thresholds, "interval": interval_table(logits, targets, known), "grade": "exploratory",
        "evidence": f"{name}_tokens",
    }  # fmt: skip


def binary_head(name: str, grade: str, logits: np.ndarray, targets: np.ndarray) -> dict:
    calibration, thresholds = platt(logits, targets)
    return {
        "name": name, "type": "binary", "output": name, "calibration": calibration, "thresholds": thresholds,
        "interval": interval_table(logits, targets), "grade": grade, "evidence": f"{name}_tokens",
    }  # fmt: skip


def crisis_head(logits: np.ndarray, severity: np.ndarray) -> dict:
    a, b = fit_platt(logits, severity_targets(severity))
    _, expected = severity_distribution(logits, a, b)
    return {
        "name": "crisis", "type": "ordinal", "output": "crisis", "levels": 7,
        "calibration": {"kind": "platt", "a": rounded(a), "b": rounded(b)}, "cuts": rounded(fit_cuts(expected, severity)),
        "grade": "exploratory", "evidence": "crisis_tokens", "interval": 0.9,
    }  # fmt: skip


def weak(kept: dict[str, np.ndarray]) -> list[dict]:
    """Personality, social anxiety and outdoor effect, from left-out folds."""
    traits = labelled_head("personality", PERSONALITY, kept["personality_logits"], kept["personality_targets"], None)
    del traits["thresholds"]
    outdoor = kept["outdoor_effect_logits"]
    temperature = fit_temperature(outdoor, kept["outdoor_effect_targets"].argmax(axis=1))
    return [
        binary_head("social_anxiety", "weak", kept["social_anxiety_logits"], kept["social_anxiety_targets"]),
        {"name": "outdoor_effect", "type": "categorical", "output": "outdoor_effect", "labels": ["0", "1", "2", "3"],
         "calibration": {"kind": "temperature", "t": round(temperature, 6)}, "decides": "index", "grade": "weak",
         "evidence": "outdoor_effect_tokens"},
        {**traits, "decides": False, "grade": "weak"},
    ]  # fmt: skip


def write_json(path: Path, value: dict) -> None:
    """Indented, but for lists of numbers, which stand in one line each."""
    lines = json.dumps(value, indent=2, ensure_ascii=False)
    lines = NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", lines)
    path.write_text(lines + "\n", encoding="utf-8")


def write_tokenizer(base: Path, out: Path) -> None:
    """MiniLM's tokenizer without its truncation to 128 tokens and its fixed padding."""
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    settings = json.loads((base / "tokenizer_config.json").read_text(encoding="utf-8"))
    write_json(out / "tokenizer_config.json", {**settings, "model_max_length": MAX_TOKENS})


def write_config(model: TextEncoder, out: Path) -> None:
    write_json(out / "config.json", {
        "model_type": "afferent_text_hybrid", "vocab_size": VOCABULARY, "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "num_heads": HEADS, "intermediate_size": model.layers[0].expand.out_features, "attention_layers": list(ATTENTION_LAYERS),
        "token_layers": TOKEN_LAYERS, "position_embeddings": False, "conv_kernel": 3,
    })  # fmt: skip


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(out: Path, heads: list[dict]) -> None:
    files = ("onnx/model.onnx", ALONE, "tokenizer.json", "tokenizer_config.json", "config.json")
    write_json(out / "manifest.json", {
        "name": "text", "version": VERSION,
        "input": {"kind": "text", "pad": 0, "multiple": MULTIPLE, "block": BLOCK,
                  "single_block_up_to": SINGLE_BLOCK_UP_TO, "max_tokens": MAX_TOKENS},
        "graph": "onnx/model.onnx", "alone": {"graph": ALONE, "up_to": ALONE_UP_TO}, "precision": "fp32",
        "license": "Apache-2.0; trained on public research data under licences of their own, see the card",
        "card": "CARD.md", "metrics": "metrics.json",
        "files": {name: sha256(out / name) for name in files}, "heads": heads,
    })  # fmt: skip


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_trained_on(out: Path, rows: list[str], authors: list[str]) -> None:
    """Hashes of the normalised training texts and of the authors: `evaluate` says which rows were seen in training."""
    hashes = sorted({short_hash(normalised(text)) for text in rows})
    write_json(out / "trained-on.json", {"texts": " ".join(hashes), "authors": " ".join(sorted(map(short_hash, set(authors))))})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="final", help="name in WORK, without ending")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    options = parser.parse_args()
    torch.set_num_threads(1)
    (options.out / "onnx").mkdir(parents=True, exist_ok=True)
    graph, model = options.out / "onnx/model.onnx", open_checkpoint(options.work / f"{options.checkpoint}.pt")
    onnx.save(build_graph(model), graph)
    alone = build_graph(model, alone=True)
    borrow(alone, graph.name, graph.read_bytes())
    (options.out / ALONE).write_bytes(alone.SerializeToString())
    write_tokenizer(options.base, options.out)
    write_config(model, options.out)

    tokenizer, session, dev = open_tokenizer(options.out / "tokenizer.json"), open_graph(graph), Sets(options.data, set())
    comments = read_rows(options.data, "goemotions.dev")
    emotion = graph_logits(session, tokenizer, [row["text"] for row in comments])["emotion"]
    found = {task.head: (task, graph_logits(session, tokenizer, task.texts)[task.head])
             for task in (dev.affect("dev"), dev.loneliness("dev"), dev.stress("dev"))}  # fmt: skip
    left, weak_rows = np.load(options.work / "crisis.npz"), dict(np.load(options.work / "weak.npz"))
    lonely = found["loneliness"][0]
    write_manifest(options.out, [
        emotion_head(emotion, emotion_targets(comments)),
        affect_head(found["affect"][1], found["affect"][0].targets),
        labelled_head("loneliness", LONELINESS, found["loneliness"][1], lonely.targets, lonely.known),
        crisis_head(left["logits"], left["severity"]),
        binary_head("stress", "exploratory", found["stress"][1], found["stress"][0].targets),
        *weak(weak_rows),
    ])  # fmt: skip
    sets = Sets(options.data, unseen(options.data, Challenge()))
    tasks = [*joint_tasks(sets, Challenge(), options.soft_labels, options.seed), sets.everyday(EVERYDAY, options.seed),
             gathered(options.work), sets.kinds("situations"), sets.kinds("tweets")]  # fmt: skip
    prose = texts(read_rows(options.work, "prose"))
    read = [text for task in tasks if task.name != "quiet" for text in task.texts] + prose  # mixed sentences are nobody's text
    write_trained_on(options.out, read, [author for task in tasks for author in task.groups or []])


if __name__ == "__main__":
    main()
