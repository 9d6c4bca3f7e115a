"""What is trained together: rows of every set, their targets, and which logits of which head each row speaks of.

Rows whose normalised text stands in any dev set, or in a challenge pair kept for dev or test, are left out, across all
sets at once: the sets overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from challenge import Challenge
from data import dev_texts, normalised, read_rows
from heads import AFFECT, EMOTIONS, LONELINESS, SEVERITY_LEVELS

BIG_FIVE_FIELDS = ("ext", "neu", "agr", "con", "opn")
# Labels of posts of users rated on the Columbia scale by its five classes, as severities.
USER_POST_SEVERITY = {"supportive": 0, "indicator": 1, "ideation": 3, "behavior": 5, "attempt": 6}
EVERYDAY, EVERYDAY_DISTRESS = 500, 2500  # posts
MIXED = 7000  # texts
PASSAGES, SEGMENTS = 55_000, 60_000
DISTRESS = {"sadness", "grief", "fear", "remorse", "disappointment", "nervousness", "anger", "disgust", "embarrassment"}


@dataclass
class Task:
    """Rows of one set for one head. targets and known are (rows, n); known is 1 where the row says something."""

    name: str
    head: str
    # "binary", "classes", "squares" (of standardised targets), "said" (squares in a teacher's own spread), "taught" (labels beside a
    # teacher's logits), "teacher" (its logits alone), "released" (logits of the released model alone, which pairs.py writes) or
    # "deviations" (how far a teacher's mean logit is from that of the batch)
    loss: str
    texts: list[str]
    targets: np.ndarray
    known: np.ndarray | None = None
    groups: list[str] | None = None  # authors, where the set names them
    limit: int = 256  # tokens kept in training; scoring never cuts


def severity_targets(severity: np.ndarray) -> np.ndarray:
    """Severity 0-6, (rows,) -> cumulative targets severity > k for k = 0..5, (rows, 6) float32."""
    return (severity[:, None] > np.arange(SEVERITY_LEVELS - 1)).astype(np.float32)


def emotion_targets(rows: list[dict]) -> np.ndarray:
    """(rows, 28) float32 of 0 and 1."""
    targets = np.zeros((len(rows), len(EMOTIONS)), np.float32)
    for i, row in enumerate(rows):
        targets[i, [EMOTIONS.index(label) for label in row["labels"]]] = 1
    return targets


def numbers(rows: list[dict], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Values and which of them are there, both (rows, names) float32."""
    known = np.array([[row.get(name) not in (None, "") for name in names] for row in rows], np.float32)
    values = np.array([[float(row.get(name) or 0) for name in names] for row in rows], np.float32)
    return values, known


class Sets:
    """Reads the sets of one split, without rows that another split must not have seen."""

    def __init__(self, folder: Path, held: set[str]) -> None:
        self.folder, self.held = folder, held

    def rows(self, name: str) -> list[dict]:
        return [row for row in read_rows(self.folder, name) if normalised(row["text"]) not in self.held]

    def drawn(self, generator: np.random.Generator, count: int, *names: str) -> list[str]:
        """Texts of `count` rows of these sets, taken together."""
        rows = [row for name in names for row in self.rows(name)]
        return [rows[i]["text"] for i in generator.choice(len(rows), count, replace=False)]

    def emotion(self, soft_labels: Path) -> Task:
        """Comments with the teacher's logits beside the labels: targets (rows, 56), labels first."""
        rows, teacher = read_rows(self.folder, "goemotions.train"), np.load(soft_labels)["goemotions_train"]
        keep = [i for i, row in enumerate(rows) if normalised(row["text"]) not in self.held]
        rows = [rows[i] for i in keep]
        targets = np.concatenate([emotion_targets(rows), teacher[keep].astype(np.float32)], axis=1)
        return Task("emotion", "emotion", "taught", texts(rows), targets, limit=64)

    def passages(self, soft_labels: Path, count: int, seed: int) -> Task:
        """Unlabelled passages with the teacher's logits: targets (rows, 28)."""
        rows, teacher = read_rows(soft_labels.parent, "passages"), np.load(soft_labels)["passages"]
        keep = [i for i, row in enumerate(rows) if normalised(row["text"]) not in self.held and len(row["text"]) < 400]
        keep = np.sort(np.random.default_rng(seed).choice(keep, count, replace=False))
        return Task("passages", "emotion", "teacher", texts([rows[i] for i in keep]), teacher[keep].astype(np.float32), limit=64)

    def segments(self, count: int, seed: int) -> Task:
        """Short pieces of unlabelled posts, a sentence or a few; what the released model says of them is all they teach."""
        kept, found = set(held_back_posts(self.folder)), []
        for row in self.rows("reddit_unlabelled.train"):
            if row["text"] not in kept:
                pieces = re.split(r"(?<=[.!?])\s+|\n+", row["text"])
                found += [piece for piece in pieces if 20 <= len(piece) <= 240][:3]
        chosen = np.sort(np.random.default_rng(seed).choice(len(found), count, replace=False))
        return Task("segments", "emotion", "released", [found[i] for i in chosen], np.zeros((count, len(EMOTIONS)), np.float32), limit=64)

    def crisis(self, split: str) -> Task:
        rows = self.rows(f"cssrs_posts.{split}")
        severity = np.array([int(float(row["severity"])) for row in rows])
        return Task("crisis", "crisis", "binary", texts(rows), severity_targets(severity), groups=[r["author"] for r in rows])

    def user_posts(self) -> Task:
        rows = [r for r in self.rows("cssrs_user_posts.train") if str(r["label"]).lower() in USER_POST_SEVERITY]
        severity = np.array([USER_POST_SEVERITY[str(row["label"]).lower()] for row in rows])
        return Task("user-posts", "crisis", "binary", texts(rows), severity_targets(severity))

    def forum(self) -> Task:
        """Unrated posts of forums of people in distress; only a teacher says something of them: targets are empty."""
        rows = [row for name in ("sdcnl_weak", "loneliness_irf") for row in self.rows(f"{name}.train")]
        return Task("forum", "severity", "binary", texts(rows), np.zeros((len(rows), SEVERITY_LEVELS - 1), np.float32), limit=128)

    def calm_comments(self, count: int, seed: int) -> Task:
        """Comments without a label of distress: nothing to be alarmed at."""
        rows = [r for r in self.rows("goemotions.train") if not DISTRESS & set(r["labels"])]
        rows = [rows[i] for i in np.random.default_rng(seed).choice(len(rows), count, replace=False)]
        return Task("calm", "crisis", "binary", texts(rows), np.zeros((count, SEVERITY_LEVELS - 1), np.float32))

    def everyday(self, count: int, seed: int) -> Task:
        """Posts of all forums, which the crisis head's gate learns to tell from rated ones; those kept for figures are left out."""
        kept = set(held_back_posts(self.folder))
        rows = [row for row in self.rows("reddit_unlabelled.train") if row["text"] not in kept]
        rows = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))[:count]]
        return Task("everyday", "register", "binary", texts(rows), np.ones((count, 1), np.float32))

    def loneliness(self, split: str) -> Task:
        rows = self.rows(f"loneliness_irf.{split}")
        values, known = numbers(rows, LONELINESS)
        return Task("loneliness", "loneliness", "binary", texts(rows), (values >= 1).astype(np.float32), known)

    def stress(self, split: str) -> Task:
        rows = self.rows(f"dreaddit.{split}")
        return Task("stress", "stress", "binary", texts(rows), (numbers(rows, ("stress",))[0] >= 1).astype(np.float32))

    def distress(self, seed: int) -> Task:
        """Posts of forums on anxieties and of all forums; only a teacher says something of them: targets are empty."""
        rows = self.rows("anxiety_subtype_weak.train")
        posts = [row["text"] for row in rows] + self.everyday(EVERYDAY_DISTRESS, seed).texts
        return Task("distress", "stress", "binary", posts, np.zeros((len(posts), 1), np.float32), limit=128)

    def quiet(self, pairs: list[dict], seed: int) -> Task:
        """Sentences of challenge texts mixed anew; only a teacher says something of them, and only which says more than another."""
        generator = np.random.default_rng(seed)
        pieces = [re.split(r"(?<=[.!?])\s+", pair[side]) for pair in pairs for side in ("sign", "innocent")]
        mixed = []
        for _ in range(MIXED):
            chosen = [pieces[i] for i in generator.choice(len(pieces), 2, replace=False)]
            begins = [int(generator.integers(len(sentences))) for sentences in chosen]
            mixed.append(" ".join(" ".join(s[begin : begin + 2]) for s, begin in zip(chosen, begins)))
        return Task("quiet", "crisis", "deviations", mixed, np.zeros((MIXED, SEVERITY_LEVELS - 1), np.float32), limit=96)

    def kinds(self, name: str) -> Task:
        """Texts that other people gave other names of feelings, one to each or several; a head of the task's own says them."""
        rows = self.rows({"situations": "empathetic_situations.train", "tweets": "semeval2018_ec.train"}[name])
        labels = sorted({label for row in rows for label in row["labels"]})
        targets = np.array([[label in row["labels"] for label in labels] for row in rows], np.float32)
        return Task(name, name, "classes" if (targets.sum(axis=1) == 1).all() else "binary", texts(rows), targets, limit=64)

    def affect(self, split: str) -> Task:
        rows = self.rows(f"emobank.{split}")
        return Task("affect", "affect", "squares", texts(rows), numbers(rows, AFFECT)[0])

    def personality(self) -> Task:
        rows = self.rows("essays_big5.train")
        targets = numbers(rows, BIG_FIVE_FIELDS)[0]
        return Task("personality", "personality", "binary", texts(rows), targets, limit=384)

    def outdoor_effect(self) -> Task:
        rows = self.rows("smm4h_outdoor_effect.train")
        targets = np.eye(4, dtype=np.float32)[[int(row["label"]) for row in rows]]
        return Task("outdoor", "outdoor_effect", "classes", texts(rows), targets)

    def social_anxiety(self, seed: int) -> Task:
        """Posters of social anxiety against those of other anxieties and of other forums: labels of forums alone."""
        anxious = self.rows("anxiety_subtype_weak.train")
        others = [r for r in self.rows("reddit_unlabelled.train") if "anxi" not in r.get("subreddit", "anxiety").lower()]
        others = [others[i] for i in np.random.default_rng(seed).choice(len(others), 1500, replace=False)]
        said = np.array([["social" in r["label"]] for r in anxious] + [[False]] * len(others), np.float32)
        return Task("social-anxiety", "social_anxiety", "binary", texts(anxious + others), said)

    def challenge(self, pairs: list[dict]) -> Task:
        """A sign and its look-alike in turn: rows 2i and 2i + 1 are pair i."""
        sign, innocent = (np.array(v, np.float32) for v in (Challenge.SIGN, Challenge.INNOCENT))
        both = [pair[side] for pair in pairs for side in ("sign", "innocent")]
        return Task("challenge", "crisis", "binary", both, np.stack([sign, innocent] * len(pairs)))

    def plain(self, rows: list[dict]) -> Task:
        severity = np.array([int(row["severity"]) for row in rows])
        return Task("plain", "crisis", "binary", texts(rows), severity_targets(severity))


def texts(rows: list[dict]) -> list[str]:
    return [row["text"] for row in rows]


def unseen(folder: Path, challenge: Challenge) -> set[str]:
    """Normalised texts that no training row may repeat."""
    return dev_texts(folder) | {normalised(text) for text in challenge.held_texts()} - {""}


def held_back_posts(folder: Path, count: int = 600) -> list[str]:
    """Reddit self-text posts for figures of the crisis head, which learns from none of them; those that name suicide are left out.

    Some are among the passages that teach emotion.
    """
    named = ("suicid", "kill myself", "self harm", "self-harm", "end my life", "want to die")
    rows = [r["text"] for r in read_rows(folder, "reddit_unlabelled.train") if not any(w in r["text"].lower() for w in named)]
    drawn = np.random.default_rng(99).choice(len(rows), count, replace=False)
    return [rows[i] for i in drawn]


def joint_tasks(sets: Sets, challenge: Challenge, soft_labels: Path, seed: int) -> list[Task]:
    """Every task of the joint training and of what follows it, short texts first."""
    return [
        sets.emotion(soft_labels), sets.passages(soft_labels, PASSAGES, seed), sets.segments(SEGMENTS, seed), sets.affect("train"),
        sets.calm_comments(6000, seed), sets.challenge(challenge.of("train")), sets.plain(challenge.plain), sets.crisis("train"),
        sets.user_posts(), sets.forum(), sets.distress(seed), sets.quiet(challenge.of("train"), seed),
        sets.stress("train"), sets.loneliness("train"), sets.outdoor_effect(), sets.social_anxiety(seed), sets.personality(),
    ]  # fmt: skip
