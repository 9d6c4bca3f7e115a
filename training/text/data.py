"""Reads the labelled sets, keeps splits apart by normalised text, tokenises and forms batches."""

import argparse
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

def read_rows(folder: Path, name: str) -> list[dict]:
    """Rows of NAME.jsonl.gz, for example `goemotions.dev`."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def normalised(text: str) -> str:
    """Lower case, ASCII letters and digits only: what two copies of one post have in common."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def dev_texts(folder: Path) -> set[str]:
    """Normalised texts of every dev set in the folder; the empty string (no Latin letters) is left out."""
    names = sorted(path.name.removesuffix(".jsonl.gz") for path in folder.glob("*.dev.jsonl.gz"))
    return {normalised(row["text"]) for name in names for row in read_rows(folder, name)} - {""}


def open_tokenizer(path: Path) -> Tokenizer:
    """MiniLM's WordPiece tokenizer without truncation or padding."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def tokenise(tokenizer: Tokenizer, rows: list[dict], limit: int | None = None) -> list[np.ndarray]:
    """Token ids of each row's text; beyond `limit` the end is cut and [SEP] put back."""
    encoded = [np.array(item.ids, np.int64) for item in tokenizer.encode_batch([row["text"] for row in rows])]
    if limit is None:
        return encoded
    return [ids if len(ids) <= limit else np.append(ids[: limit - 1], ids[-1]) for ids in encoded]


def pad(rows: list[np.ndarray], multiple: int = 1, extra: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Ids and mask, both int64 (B, T): T is the longest row rounded up to `multiple`, plus `extra`."""
    tokens = -(-max(len(row) for row in rows) // multiple) * multiple + extra
    ids, mask = np.zeros((2, len(rows), tokens), np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return ids, mask


def pad_tensors(rows: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """As `pad`, for PyTorch: ids int64 and mask float32."""
    ids, mask = pad(rows)
    return torch.from_numpy(ids), torch.from_numpy(mask).float()


def batches(lengths: np.ndarray, size: int, generator: np.random.Generator | None = None) -> Iterator[np.ndarray]:
    """Row numbers in batches of similar length; shuffled when a generator is given, else shortest first."""
    if generator is None:
        order = np.argsort(lengths, kind="stable")
        yield from (order[i : i + size] for i in range(0, len(order), size))
        return
    order, groups = generator.permutation(len(lengths)), []
    for start in range(0, len(order), size * 64):
        part = order[start : start + size * 64]
        part = part[np.argsort(lengths[part] + generator.random(len(part)), kind="stable")]
        groups += [part[i : i + size] for i in range(0, len(part), size)]
    yield from (groups[i] for i in generator.permutation(len(groups)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options that every stage shares."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the NAME.SPLIT.jsonl.gz sets")
    parser.add_argument("--base", type=Path, required=True, help="folder of text-hybrid-0 (weights, tokenizer)")
    parser.add_argument("--minilm", type=Path, required=True, help="folder with MiniLM-L6's model.safetensors")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and caches; not committed")
    parser.add_argument("--soft-labels", type=Path, required=True, help="soft-labels.npz with the teacher's logits")
    parser.add_argument("--seed", type=int, default=0)
