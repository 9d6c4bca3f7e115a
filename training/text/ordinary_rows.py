"""Ordinary text that nobody rated, presumed to be of severity 0, for the crisis head to learn from and be tried on."""

import re
from pathlib import Path

import numpy as np
from data import dev_texts, normalised, read_rows
from tokenizers import Tokenizer

NAMES_HARM = re.compile(
    r"suicid|kill(ing)? (my|him|her|your|them)|end(ing)? (it all|my life)|self.?harm|cut(ting)? my|want(ed)? to die|be dead", re.I
)
CRISIS_FORUMS = {"SuicideWatch", "depression", "selfharm", "StopSelfHarm", "suicidology"}
COUNTS = {"goemotions": 2000, "empathetic_situations": 800, "dreaddit": 300, "reddit_unlabelled": 600}
SHORTEST, LONGEST = 5, 200


def candidates(folder: Path, name: str) -> list[dict]:
    """Train rows of a set that may count as ordinary: none that names harm, and of dreaddit none rated as stressed."""
    rows = read_rows(folder, f"{name}.train")
    if name == "dreaddit":
        rows = [row for row in rows if int(row["stress"]) == 0]
    rows = [row for row in rows if row.get("subreddit") not in CRISIS_FORUMS]
    return [row for row in rows if not NAMES_HARM.search(row["text"])]


def ordinary_rows(folder: Path, tokenizer: Tokenizer, seed: int, counts: dict[str, int] = COUNTS) -> list[np.ndarray]:
    """Token rows of `counts` rows a set, SHORTEST to LONGEST tokens, none of whose text is in a dev set or drawn twice."""
    generator, seen, drawn = np.random.default_rng(seed), dev_texts(folder), []
    for name, count in counts.items():
        rows, kept = candidates(folder, name), 0
        for i in generator.permutation(len(rows)):
            text = normalised(rows[i]["text"])
            if text in seen:
                continue
            ids = np.array(tokenizer.encode(rows[i]["text"]).ids, np.int64)
            if SHORTEST <= len(ids) <= LONGEST:
                seen.add(text)
                drawn.append(ids)
                kept += 1
            if kept == count:
                break
    return drawn


def held_back_posts(folder: Path, tokenizer: Tokenizer, seed: int, count: int = 300) -> list[np.ndarray]:
    """Token rows of Reddit self-text posts that `ordinary_rows` of the same seed did not draw."""
    learnt = {row.tobytes() for row in ordinary_rows(folder, tokenizer, seed)}
    drawn = ordinary_rows(folder, tokenizer, seed + 7, {"reddit_unlabelled": count + 20})
    return [row for row in drawn if row.tobytes() not in learnt][:count]
