"""What the crisis head does where it matters: quiet signs beside look-alikes, known failures, rare events among many posts."""

from __future__ import annotations

import re

import numpy as np
from calibration import decide, severity_distribution
from challenge import Challenge
from figures import Tables, number, with_interval
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

LOUD = re.compile(
    r"\b(die[sd]?|dying|dead|death|kill\w*|suicid\w*|pills?|funerals?|goodbyes?|overdos\w*|guns?|poison\w*|rope|bridge|grave\w*|"
    r"hang\w*|noose|cutting|buried|corpse|murder\w*|shoot\w*|shot|will|coffin)\b", re.IGNORECASE,
)  # fmt: skip
ALERT_LEVEL = 4


class Crisis:
    """Expected severity and decided level of logits, by the head as shipped."""

    def __init__(self, head: dict) -> None:
        self.a, self.b, self.cuts = (np.array(v) for v in (head["calibration"]["a"], head["calibration"]["b"], head["cuts"]))

    def expected(self, logits: np.ndarray) -> np.ndarray:
        return severity_distribution(logits, self.a, self.b)[1]

    def decided(self, logits: np.ndarray) -> np.ndarray:
        return decide(self.expected(logits), self.cuts)


def word_count_scores(pairs: list[dict], texts: list[str]) -> np.ndarray:
    """What counting words says of texts (rows,), learnt from the pairs of train."""
    known = [pair[side] for pair in pairs for side in ("sign", "innocent")]
    counts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(known)
    fitted = LogisticRegression(C=10, max_iter=1000).fit(counts.transform(known), [1, 0] * len(pairs))
    return fitted.decision_function(counts.transform(texts))


def loudness(pair: dict) -> str:
    sides = tuple(bool(LOUD.search(pair[side])) for side in ("sign", "innocent"))
    return {(False, True): "innocent side alone", (True, True): "both sides", (False, False): "neither side"}.get(sides, "sign alone")


def challenge(tables: Tables, pairs: Challenge, score, crisis: Crisis) -> None:
    """score: texts -> crisis logits."""
    rows = {}
    for split in ("dev", "test"):
        chosen = pairs.of(split)
        texts = [pair[side] for pair in chosen for side in ("sign", "innocent")]
        ours, counts = crisis.expected(score(texts)), word_count_scores(pairs.of("train"), texts)
        loud = np.array([loudness(pair) for pair in chosen])
        parts = {f"pairs of {split}": np.ones(len(chosen), bool)}
        parts |= {f"{split}, words chosen against word counts": np.array([pair["writer"].startswith("c") for pair in chosen])}
        parts |= {f"{split}, loud words on {kind}": loud == kind for kind in ("neither side", "both sides", "innocent side alone")}
        for name, keep in parts.items():
            if keep.sum() >= 5:
                right = [((x[::2] > x[1::2]) + 0.5 * (x[::2] == x[1::2]))[keep] for x in (ours, counts)]
                rows[name] = [int(keep.sum()), *(with_interval(lambda r, x=x: float(x[r].mean()), len(x)) for x in right)]
    tables.add("challenge", "Quiet sign ranked above its look-alike", ["pairs", "this model", "word counts"], rows)


def failures(tables: Tables, known: list[dict], score, crisis: Crisis) -> None:
    rows, logits = {}, score([row["text"] for row in known])
    expected, decided = crisis.expected(logits), crisis.decided(logits)
    for kind in sorted({row["kind"] for row in known}):
        own = np.array([row["kind"] == kind for row in known])
        alarm = np.array([bool(row["crisis"]) for row in known])
        yes, no = own & alarm, own & ~alarm
        auc = number(float(roc_auc_score(alarm[own], expected[own])))
        rows[kind] = [int(own.sum()), auc, number(float((decided[yes] >= 2).mean())), number(float((decided[no] >= 2).mean()))]
    columns = ["texts", "AUC", "crises decided 2 or more", "others decided 2 or more"]
    tables.add("failures", "Known failures, small test sets", columns, rows)


def everyday(tables: Tables, parts: dict[str, np.ndarray], crisis: Crisis) -> None:
    rows = {}
    for name, logits in parts.items():
        decided = crisis.decided(logits)
        shares = [number(float((decided >= level).mean())) for level in (1, 2, 4)]
        rows[name] = [len(logits), number(float(crisis.expected(logits).mean())), *shares]
    columns = ["texts", "mean severity", "decided 1 or more", "decided 2 or more", "decided 4 or more"]
    tables.add("everyday", "Crisis on everyday text, not rated", columns, rows)


def alerts(tables: Tables, severe: np.ndarray, everyday_logits: np.ndarray, crisis: Crisis) -> None:
    """Sensitivity when so many of 1,000 everyday posts alarm, and the share of alarms that is right at two prevalences."""
    yes, no, rows = crisis.expected(severe), crisis.expected(everyday_logits), {}
    for count in (5, 10, 20, 50):
        limit = np.quantile(no, 1 - count / 1000)
        found, false = float((yes > limit).mean()), float((no > limit).mean())
        right = [share * found / (share * found + (1 - share) * false) for share in (0.01, 0.001)]
        interval = with_interval(lambda r, limit=limit: float((yes[r] > limit).mean()), len(yes))
        rows[f"{count} alerts per 1,000"] = [len(yes), interval, *(number(value) for value in right)]
    columns = ["posts of severity 4 or more", "sensitivity", "PPV at 1 % prevalence", "PPV at .1 % prevalence"]
    tables.add("alerts", "Rare events among everyday comments", columns, rows)
