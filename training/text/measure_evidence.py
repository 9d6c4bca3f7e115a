"""Do the words that a decision rests on agree with the phrases that people marked? Token F1 on positive rows."""

from __future__ import annotations

import re

import numpy as np
import torch
from data import normalised
from figures import Tables, number, with_interval
from heads import LONELINESS
from model import TextEncoder
from onnxruntime import InferenceSession
from score_rows import feed
from tokenizers import Encoding, Tokenizer

MARKED = ("lonely_evidence", "belongingness_evidence", "burdensomeness_evidence")
ENOUGH, MOST = 0.5, 8  # as in src/encoder/text/evidence.ts
WORD = re.compile(r"[^\W_]+")


def word_shares(encoding: Encoding, shares: np.ndarray) -> np.ndarray:
    """Shares of tokens (T,) summed over each word; bare punctuation and special tokens are left out as zero."""
    words = [word for word in encoding.word_ids if word is not None]
    found = np.zeros(max(words, default=-1) + 1)
    for token, word in enumerate(encoding.word_ids):
        if word is not None and any(character.isalnum() for character in encoding.tokens[token]):
            found[word] += shares[token]
    return found


def chosen(shares: np.ndarray) -> list[int]:
    """The fewest words that hold half of what speaks for the decision, at most eight."""
    order = [k for k in np.argsort(-shares, kind="stable") if shares[k] > 0]
    total, held, words = shares[shares > 0].sum(), 0.0, []
    for k in order:
        if len(words) == MOST or held >= ENOUGH * total:
            break
        words.append(int(k))
        held += shares[k]
    return words


def words_of(text: str, encoding: Encoding, picked: list[int]) -> set[str]:
    spans = {word: encoding.word_to_chars(word) for word in picked}
    return {normalised(text[start:end]) for start, end in spans.values()} - {""}


def token_f1(found: set[str], marked: set[str]) -> float:
    both = len(found & marked)
    return 2 * both / (len(found) + len(marked)) if both else 0.0


def gradient_shares(model: TextEncoder, ids: np.ndarray, column: int) -> np.ndarray:
    """Gradient times input of the words' embeddings (T,), the usual baseline."""
    padded = np.concatenate([ids, np.zeros(len(ids) % 2, np.int64)])
    mask = torch.from_numpy((np.arange(len(padded)) < len(ids)).astype(np.float32))[None]
    embedded = model.words(torch.from_numpy(padded)[None]).detach().requires_grad_(True)
    x = model.words_norm(embedded + model.segment)
    for layer in model.layers[:2]:
        x = layer(x, mask)
    model.logits(x, mask, ["loneliness"])["loneliness"][0, column].backward()
    return (embedded.grad[0] * embedded.detach()[0]).sum(dim=-1).numpy()[: len(ids)]


def evidence(tables: Tables, rows: list[dict], session: InferenceSession, tokenizer: Tokenizer, model: TextEncoder, most: int = 150) -> None:
    """Mean token F1 of the model's own words, of gradient times input and of as many words drawn at random."""
    table, generator = {}, np.random.default_rng(0)
    for column, (label, field) in enumerate(zip(LONELINESS, MARKED)):
        scores: list[list[float]] = []
        for row in [r for r in rows if r.get(label) in (1, "1") and str(r.get(field) or "").strip()][:most]:
            encoding, marked = tokenizer.encode(row["text"]), {w.lower() for w in WORD.findall(str(row[field]))}
            ids = np.array(encoding.ids, np.int64)
            own = word_shares(encoding, session.run(["loneliness_tokens"], feed([ids]))[0][0, : len(ids), column])
            picked = chosen(own)
            speaking = np.flatnonzero(word_shares(encoding, np.ones(len(ids))) > 0)
            drawn = generator.choice(speaking, min(len(picked), len(speaking)), replace=False).tolist()
            graded = np.argsort(-word_shares(encoding, gradient_shares(model, ids, column)), kind="stable")[: len(picked)].tolist()
            scores.append([token_f1(words_of(row["text"], encoding, words), marked) for words in (picked, graded, drawn)])
        found = np.array(scores)
        own = with_interval(lambda r, found=found: float(found[r, 0].mean()), len(found))
        table[f"evidence of {label}"] = [len(found), own, number(found[:, 1].mean()), number(found[:, 2].mean())]
    tables.add("evidence", "Evidence words against marked phrases", ["rows", "own words", "gradient", "random words"], table)
