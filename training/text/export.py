"""Stage 4: a checkpoint becomes a model folder: graph, tokenizer, calibrated heads and figures.

Emotion: scaling and thresholds from the dev rows, figures from halves that did not choose them. Crisis: scaling and
cuts from train rows by models that had not seen their authors; dev is only scored.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from calibration import (
    bootstrap, crisis_figures, crossed_f1, decide, expected_f1_threshold, fit_cuts, fit_platt, kappa, severity_distribution,
    sigmoid,
)  # fmt: skip
from data import EMOTIONS, Corpus, add_arguments, batches, emotion_targets, open_tokenizer, pad, severity_targets, tokenise
from graph import build_graph
from model import ATTENTION_LAYERS, FEED_FORWARD, HEADS, LAYERS, VOCABULARY, WIDTH, open_checkpoint
from ordinary_rows import held_back_posts
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

VERSION = "0.1.0"
MULTIPLE, BLOCK, SINGLE_BLOCK_UP_TO, MAX_TOKENS = 8, 64, 256, 32768
SENTENCES = {
    "bread": "We baked bread this morning and walked along the river with the dog.",
    "phone": "My phone battery died and I want to throw it out of the window",
    "tonight": "I want to kill myself tonight",
    "without": "Sometimes I think everyone would be better off without me",
    "pills": "I want to end my life tonight, I have the pills ready and wrote my note",
    "letter": "I want to end my life tonight. I have the pills ready and I wrote the note to my mother.",
}
SOURCES = {
    "GoEmotions": "Apache-2.0",
    "C-SSRS rated r/SuicideWatch posts": "CC BY 4.0",
    "MiniLM-L6-H384-uncased / all-MiniLM-L6-v2": "Apache-2.0",
}


def feed(rows: list[np.ndarray], extra: int = 0) -> dict[str, np.ndarray]:
    """Inputs of the graph for token rows: one block up to 256 tokens, else blocks of 64."""
    long = max(len(row) for row in rows) > SINGLE_BLOCK_UP_TO
    ids, mask = pad(rows, BLOCK if long else MULTIPLE, extra)
    block = np.array([BLOCK if long else ids.shape[1]], np.int64)
    return {"input_ids": ids, "attention_mask": mask, "block": block}


def open_graph(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def graph_logits(session: onnxruntime.InferenceSession, rows: list[np.ndarray]) -> dict[str, np.ndarray]:
    """float64 logits of every head for token rows of up to 256 tokens, in their order."""
    logits = {"emotion": np.zeros((len(rows), len(EMOTIONS))), "crisis": np.zeros((len(rows), 6))}
    for group in batches(np.array([len(row) for row in rows]), 32):
        outputs = session.run(list(logits), feed([rows[i] for i in group]))
        for name, value in zip(logits, outputs):
            logits[name][group] = value
    return logits


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 6) for value in values]


def emotion_head(logits: np.ndarray, targets: np.ndarray) -> dict:
    a, b = fit_platt(logits, targets)
    limits = [expected_f1_threshold(column) for column in sigmoid(logits * a + b).T]
    return {
        "name": "emotion", "type": "multilabel", "output": "emotion", "labels": list(EMOTIONS),
        "calibration": {"kind": "platt", "a": rounded(a), "b": rounded(b)}, "thresholds": rounded(limits),
        "grade": "validated", "evidence": "emotion_tokens",
    }  # fmt: skip


def crisis_head(held_out: dict[str, np.ndarray]) -> dict:
    weights = held_out.get("weights")
    a, b = fit_platt(held_out["logits"], severity_targets(held_out["severity"]), weights)
    _, expected = severity_distribution(held_out["logits"], a, b)
    return {
        "name": "crisis", "type": "ordinal", "output": "crisis", "levels": 7,
        "calibration": {"kind": "platt", "a": rounded(a), "b": rounded(b)},
        "cuts": rounded(fit_cuts(expected, held_out["severity"], weights)),
        "grade": "exploratory", "evidence": "crisis_tokens", "interval": 0.9,
    }  # fmt: skip


def emotion_metrics(logits: np.ndarray, targets: np.ndarray, repeats: np.ndarray) -> dict:
    figures, unseen = crossed_f1(logits, targets), crossed_f1(logits[~repeats], targets[~repeats])
    per_label = {label: round(float(f1), 3) for label, f1 in zip(EMOTIONS, figures.pop("f1"))}
    unseen.pop("f1")
    return {"rows": len(targets), **figures, "without_repeats": {"rows": int((~repeats).sum()), **unseen}, "f1": per_label}


def crisis_metrics(head: dict, logits: np.ndarray, severity: np.ndarray) -> dict:
    a, b, cuts = (np.array(v) for v in (head["calibration"]["a"], head["calibration"]["b"], head["cuts"]))
    decided = decide(severity_distribution(logits, a, b)[1], cuts)
    low, high = bootstrap(lambda rows: kappa(severity[rows], decided[rows]), len(severity))
    return {"rows": len(severity), **crisis_figures(severity, logits, a, b, cuts), "kappa_low": low, "kappa_high": high}


def everyday_metrics(head: dict, logits: np.ndarray, posts: np.ndarray, severity: np.ndarray) -> dict:
    """What the crisis head says of texts that nobody rated and nearly all of which are harmless, beside rated `posts`."""
    a, b, cuts = (np.array(v) for v in (head["calibration"]["a"], head["calibration"]["b"], head["cuts"]))
    expected = severity_distribution(logits, a, b)[1]
    decided = decide(expected, cuts)
    shares = {f"decided_{level}_or_more": float((decided >= level).mean()) for level in (1, 2, 4)}
    rated, aucs = severity_distribution(posts, a, b)[1], {}
    for level in (1, 3):
        both = np.concatenate([rated[severity >= level], expected])
        aucs[f"auc_of_posts_{level}_or_more"] = float(roc_auc_score(np.arange(len(both)) < (severity >= level).sum(), both))
    return {"rows": len(logits), "mean_severity": float(expected.mean()), **shares, **aucs}


def sentence_metrics(head: dict, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> dict[str, float]:
    """Expected severity of SENTENCES."""
    a, b = (np.array(head["calibration"][name]) for name in ("a", "b"))
    logits = graph_logits(session, tokenise(tokenizer, [{"text": text} for text in SENTENCES.values()]))["crisis"]
    return dict(zip(SENTENCES, severity_distribution(logits, a, b)[1].tolist(), strict=True))


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tokenizer(base: Path, out: Path) -> None:
    """MiniLM's tokenizer without its truncation to 128 tokens and its fixed padding."""
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    settings = json.loads((base / "tokenizer_config.json").read_text(encoding="utf-8"))
    write_json(out / "tokenizer_config.json", {**settings, "model_max_length": MAX_TOKENS})


def write_config(out: Path) -> None:
    write_json(out / "config.json", {
        "model_type": "afferent_text_hybrid", "vocab_size": VOCABULARY, "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "num_heads": HEADS, "intermediate_size": FEED_FORWARD, "attention_layers": list(ATTENTION_LAYERS),
        "position_embeddings": False, "conv_kernel": 3,
    })  # fmt: skip


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(out: Path, heads: list[dict]) -> None:
    files = ("onnx/model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json")
    write_json(out / "manifest.json", {
        "name": "text", "version": VERSION,
        "input": {"kind": "text", "pad": 0, "multiple": MULTIPLE, "block": BLOCK,
                  "single_block_up_to": SINGLE_BLOCK_UP_TO, "max_tokens": MAX_TOKENS},
        "graph": "onnx/model.onnx", "precision": "fp32",
        "license": "Apache-2.0; trained on data under Apache-2.0 and CC BY 4.0, see the card",
        "card": "CARD.md", "metrics": "metrics.json",
        "files": {name: sha256(out / name) for name in files}, "heads": heads,
    })  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", required=True, help="name in WORK, without ending: frozen, joint or ordinary")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--before", type=Path, help="metrics.json of an earlier stage, to show beside the new figures")
    options = parser.parse_args()
    torch.set_num_threads(1)
    (options.out / "onnx").mkdir(parents=True, exist_ok=True)
    model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
    graph = options.out / "onnx/model.onnx"
    onnx.save(build_graph(model), graph)
    write_tokenizer(options.base, options.out)
    write_config(options.out)

    corpus, tokenizer, session = Corpus(options.data), open_tokenizer(options.out / "tokenizer.json"), open_graph(graph)
    targets = emotion_targets(corpus.emotion_dev)
    comments = graph_logits(session, tokenise(tokenizer, corpus.emotion_dev))
    severity = np.array([row["severity"] for row in corpus.crisis_dev])
    crisis_logits = graph_logits(session, tokenise(tokenizer, corpus.crisis_dev))["crisis"]
    posts = graph_logits(session, held_back_posts(options.data, tokenizer, options.seed))["crisis"]
    held_out = dict(np.load(options.work / f"{options.checkpoint}.npz"))
    rated = held_out.get("rated", np.ones(len(held_out["severity"]), bool))
    heads = [emotion_head(comments["emotion"], targets), crisis_head(held_out)]
    write_manifest(options.out, heads)
    metrics = {
        "model": "text", "version": VERSION, "graph_sha256": sha256(graph), "data": SOURCES,
        "train_rows": {"emotion": len(corpus.emotion_train), "crisis": len(corpus.crisis_train)},
        "train_rows_dropped_as_in_dev": {"emotion": corpus.emotion_dropped, "crisis": corpus.crisis_dropped},
        "emotion": {"goemotions_dev": emotion_metrics(comments["emotion"], targets, corpus.emotion_dev_repeats)},
        "crisis": {
            "cssrs_posts_train_authors_left_out": crisis_metrics(
                heads[1], held_out["logits"][rated], held_out["severity"][rated]
            ),
            "cssrs_posts_dev": crisis_metrics(heads[1], crisis_logits, severity),
            "goemotions_dev_unrated": everyday_metrics(heads[1], comments["crisis"], crisis_logits, severity),
            "sentences": sentence_metrics(heads[1], session, tokenizer),
            "self_posts_unrated": everyday_metrics(heads[1], posts, crisis_logits, severity),
        },
    }  # fmt: skip
    if options.before:
        earlier = json.loads(options.before.read_text(encoding="utf-8"))
        metrics["before_ordinary_text"] = {task: earlier[task] for task in ("emotion", "crisis")}
    write_json(options.out / "metrics.json", metrics)
    print(json.dumps({**metrics["emotion"], **metrics["crisis"]}, indent=1))


if __name__ == "__main__":
    main()
