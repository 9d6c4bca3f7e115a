"""Texts through the exported graph: what every later stage and every figure starts from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from data import batches, pad
from tokenizers import Tokenizer

MULTIPLE, BLOCK, SINGLE_BLOCK_UP_TO, MAX_TOKENS = 4, 128, 256, 1_000_000


def feed(rows: list[np.ndarray], extra: int = 0) -> dict[str, np.ndarray]:
    """Inputs of the graph for token rows, all of them short or all long: one block up to 256 tokens, else blocks of 128."""
    long = max(len(row) for row in rows) > SINGLE_BLOCK_UP_TO
    ids, mask = pad(rows, BLOCK if long else MULTIPLE, extra)
    block = np.array([BLOCK if long else ids.shape[1]], np.int64)
    return {"input_ids": ids, "attention_mask": mask, "block": block}


def open_graph(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of each fp16 weight that a branch holds for itself
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def grouped(lengths: np.ndarray, size: int) -> list[np.ndarray]:
    """Row numbers in batches of similar length; a text of one block never stands beside a longer one."""
    short, groups = lengths <= SINGLE_BLOCK_UP_TO, []
    for rows, most in ((np.flatnonzero(short), size), (np.flatnonzero(~short), max(1, size // 8))):
        groups += [rows[group] for group in batches(lengths[rows], most)]
    return groups


def run_rows(session: onnxruntime.InferenceSession, rows: list[np.ndarray], names: list[str], size: int = 32) -> dict[str, np.ndarray]:
    """Outputs (rows, n) as float64 by name, in the order of the token rows."""
    found: dict[str, np.ndarray] = {}
    for group in grouped(np.array([len(row) for row in rows]), size):
        for name, value in zip(names, session.run(names, feed([rows[i] for i in group]))):
            found.setdefault(name, np.zeros((len(rows), value.shape[1])))[group] = value
    return found


def graph_logits(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str]) -> dict[str, np.ndarray]:
    """Logits (rows, n) of every head; no text is cut."""
    rows = [np.array(item.ids, np.int64) for item in tokenizer.encode_batch(texts)]
    outputs = [output.name for output in session.get_outputs()]
    return run_rows(session, rows, [name for name in outputs if not name.endswith(("_tokens", "_mean"))])
