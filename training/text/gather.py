"""Stage 4: gathers short texts like comments for the teachers of emotion to speak of: WORK/gathered.jsonl.gz.

Candidates are pieces of unlabelled posts that the segments do not hold, tweets and situations; their own labels are not read here.
Of each emotion the likeliest are taken, so that rare ones are not rare here, and as many others by chance. What two smaller
models say of those taken goes to WORK/smaller-gathered.npy (the checkpoint of `--from`) and WORK/released-gathered.npy.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from pathlib import Path

import numpy as np
import torch
from challenge import Challenge
from data import add_arguments, batches, normalised, open_tokenizer, pad, read_rows, tokenise
from heads import EMOTIONS
from model import TextEncoder, load_released, open_checkpoint
from pairs import released_logits
from tasks import SEGMENTS, Sets, Task, held_back_posts, unseen
from tokens import Tokens

SHORTEST, LONGEST, LIMIT = 20, 240, 64  # characters, characters, tokens
CANDIDATES = 110_000
OF_EACH, BY_CHANCE = 1_300, 20_000


def pieces(text: str) -> list[str]:
    return [piece for piece in re.split(r"(?<=[.!?])\s+|\n+", text) if SHORTEST <= len(piece) <= LONGEST]


def candidates(sets: Sets, seed: int) -> list[str]:
    """Texts that no dev set, kept pair or segment has, each once; those of the smaller sets all, of the posts by chance."""
    taken = {normalised(text) for text in sets.segments(SEGMENTS, seed).texts} | sets.held
    kept, found = set(held_back_posts(sets.folder)), {}
    few = [row["text"] for name in ("semeval2018_ec", "tweeteval_emotion", "empathetic_situations") for row in sets.rows(f"{name}.train")]
    many = [piece for row in sets.rows("reddit_unlabelled.train") if row["text"] not in kept for piece in pieces(row["text"])]
    few = [text for text in few if SHORTEST <= len(text) <= LONGEST]
    many = [many[i] for i in np.random.default_rng(seed).permutation(len(many))[:CANDIDATES]]
    for text in few + many:
        found.setdefault(normalised(text), text)
    return [text for key, text in found.items() if key not in taken]


def emotion_logits(model: TextEncoder, rows: list[np.ndarray]) -> np.ndarray:
    """(rows, 28)."""
    logits = np.zeros((len(rows), len(EMOTIONS)), np.float32)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for group in batches(np.array([len(row) for row in rows]), 64):
            ids, mask = (torch.from_numpy(part) for part in pad([rows[i] for i in group], 2))
            logits[group] = model.logits(model.lower(ids, mask.float()), mask.float(), ["emotion"])["emotion"].float().numpy()
    return logits


def choose(logits: np.ndarray, seed: int) -> np.ndarray:
    """Row numbers: the OF_EACH likeliest of every emotion, and BY_CHANCE of the rest."""
    likeliest = np.unique(np.argsort(-logits, axis=0, kind="stable")[:OF_EACH])
    rest = np.setdiff1d(np.arange(len(logits)), likeliest)
    return np.sort(np.concatenate([likeliest, np.random.default_rng(seed).permutation(rest)[:BY_CHANCE]]))


def gathered(work: Path) -> Task:
    """What was gathered, with the logits of the checkpoint as targets (rows, 28)."""
    texts = [row["text"] for row in read_rows(work, "gathered")]
    return Task("gathered", "emotion", "teacher", texts, np.load(work / "smaller-gathered.npy"), limit=LIMIT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--from", dest="first", default="taught", help="checkpoint in WORK that is asked")
    options = parser.parse_args()
    torch.set_num_threads(1)
    start, tokenizer = time.monotonic(), open_tokenizer(options.base / "tokenizer.json")
    found = candidates(Sets(options.data, unseen(options.data, Challenge())), options.seed)
    rows = tokenise(tokenizer, [{"text": text} for text in found], LIMIT)
    logits = emotion_logits(open_checkpoint(options.work / f"{options.first}.pt").eval(), rows)
    chosen = choose(logits, options.seed)
    print(len(chosen), "of", len(found), f"{time.monotonic() - start:.0f} s", flush=True)
    with gzip.open(options.work / "gathered.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": found[i]}) + "\n" for i in chosen)
    np.save(options.work / "smaller-gathered.npy", logits[chosen])
    released = load_released(options.base, options.minilm, merged=False)
    np.save(options.work / "released-gathered.npy", released_logits(released, Tokens(released, [rows[i] for i in chosen])))


if __name__ == "__main__":
    main()
