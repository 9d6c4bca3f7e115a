"""Figures of a finished training, everybody scored by models that never saw them: WORK/figures.json."""

import argparse
import csv
import json
from pathlib import Path

import hybrid  # noqa: F401  puts the wrist model's folder on the path
import numpy as np

from figures import binary, calibrate, over_people, platt, sigmoid
from recordings import DAY, UNKNOWN, Person, depresjon, nights
from rivals import DAYS, KNOWN

DRAWS = 2000
OTHERS_CUT = "all days, threshold of the others"
HEARD = {"1 day": 1, "3 days": 3, "7 days": 7, "all days": 99}


def epochs(person: Person, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A block's score for each of its ten 30 s epochs, and which were awake."""
    share = person.awake[person.awake != UNKNOWN]
    awake = np.arange(10) < np.round(share * 10)[:, None]
    return np.repeat(scores, 10), awake.ravel()


def sleep_at_wake(scores: dict, truth: dict, wake: float = 0.6) -> list[float]:
    """Share of a person's sleep epochs that are right at the threshold where `wake` of all wake epochs are, by people."""
    s, t = (np.concatenate([d[p] for p in truth]) for d in (scores, truth))
    cut = np.quantile(s[t], 1 - wake)
    return over_people(np.array([(scores[p][~truth[p]] < cut).mean() for p in truth]))


def awake(asleep: list[Person], scores: dict[str, np.ndarray]) -> tuple[dict, dict, dict]:
    """Figures of scores (by person, of their scored blocks); epochs' scores and truth."""
    pairs = {p.name: epochs(p, scores[p.name]) for p in asleep}
    pairs = {name: pair for name, pair in pairs.items() if 0 < pair[1].sum() < len(pair[1])}
    s, t = ({name: pair[i] for name, pair in pairs.items()} for i in range(2))
    return {**binary(s, t), "sleep_at_wake": sleep_at_wake(s, t), "people": len(t), "epochs": sum(map(len, t.values()))}, s, t


def auc(truth: np.ndarray, score: np.ndarray) -> float:
    above = score[truth][:, None] - score[~truth]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def mcc(truth: np.ndarray, said: np.ndarray) -> float:
    """Matthews' correlation; 0 where all are said to be alike."""
    return float(np.corrcoef(truth, said)[0, 1]) if 0 < said.sum() < len(said) else 0.0


def drawn(truth: np.ndarray, score: np.ndarray, measure) -> list[float]:
    """A measure over people with its 95 % bootstrap interval (people drawn again)."""
    rng, found = np.random.default_rng(0), []
    while len(found) < DRAWS:
        some = rng.integers(0, len(truth), len(truth))
        if 0 < truth[some].sum() < len(truth):
            found.append(measure(truth[some], score[some]))
    return [float(measure(truth, score)), *map(float, np.percentile(found, [2.5, 97.5]))]


def cuts_of_others(truth: np.ndarray, score: np.ndarray) -> np.ndarray:
    """For each person the score that parts the others best by balanced accuracy; the mean of several alike."""
    found = np.zeros(len(score))
    for i in range(len(score)):
        s, t = np.delete(score, i), np.delete(truth, i)
        between = np.sort(s)[1:] / 2 + np.sort(s)[:-1] / 2
        worth = np.array([((s[t] > cut).mean() + (s[~t] <= cut).mean()) / 2 for cut in between])
        found[i] = between[worth >= worth.max() - 1e-9].mean()
    return found


def mood(truth: np.ndarray, score: np.ndarray) -> dict:
    """Scores above 0 say depressed: MCC, AUC, and how many of either kind are found."""
    said = score > 0
    return {
        "mcc": drawn(truth, said, mcc),
        "auc": drawn(truth, score, auc),
        "sensitivity": float(said[truth].mean()),
        "specificity": float(1 - said[~truth].mean()),
    }


def said(truth: np.ndarray, score: np.ndarray) -> list[dict]:
    """Thirds of the chance said, calibrated on the others each time: how many people, the mean said, how many were depressed."""
    chance = np.zeros(len(score))
    for i in range(len(score)):
        rest = np.arange(len(score)) != i
        a, b = platt(score[rest], truth[rest])
        chance[i] = sigmoid(a * score[i] + b)
    third = np.minimum((chance * 3).astype(int), 2)
    rows = [(k, third == k) for k in range(3) if (third == k).any()]
    return [{"third": k, "people": int(r.sum()), "said": float(chance[r].mean()), "was": float(truth[r].mean())} for k, r in rows]


def groups(folder: Path, names: list[str], truth: np.ndarray, score: np.ndarray) -> dict[str, dict]:
    """How many of each kind of people were decided rightly, out of how many."""
    about = {row["number"]: row for row in csv.DictReader((folder / "scores.csv").open())}
    right = (score > 0) == truth
    young = lambda n: int(about[n]["age"][:2]) < 40
    kinds = {
        "women": lambda n: about[n]["gender"] == "1",
        "men": lambda n: about[n]["gender"] == "2",
        "under 40": young,
        "40 and over": lambda n: not young(n),
        "MADRS under 22": lambda n: n.startswith("condition") and int(about[n]["madrs1"]) < 22,
        "MADRS 22 and over": lambda n: n.startswith("condition") and int(about[n]["madrs1"]) >= 22,
    }
    member = {kind: np.array([is_(n) for n in names]) for kind, is_ in kinds.items()}
    return {kind: {"people": int(m.sum()), "right": int(right[m].sum()), "share": over_people(right[m].astype(float))} for kind, m in member.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("depresjon", type=Path)
    parser.add_argument("walch", type=Path)
    parser.add_argument("work", type=Path, help="folder that fit.py and rivals.py filled")
    args = parser.parse_args()
    moods, asleep = depresjon(args.depresjon), nights(args.walch)
    found = {}
    for path in sorted(args.work.glob("fold-*.npz")):
        found |= dict(np.load(path))
    everybody = len(moods), len(asleep)
    moods, asleep = ([p for p in group if p.name in found] for group in (moods, asleep))  # those whose fold is finished
    rivals = dict(np.load(args.work / "rivals.npz"))
    scored = {p.name: p.awake != UNKNOWN for p in asleep}
    wake, s, t = awake(asleep, {p.name: found[p.name][scored[p.name], 0] for p in asleep})
    alone, _, _ = awake(asleep, {p.name: found[f"{p.name} night alone"][scored[p.name][DAY:], 0] for p in asleep})
    others = {k: awake(asleep, {p.name: rivals[f"{k} {p.name}"] for p in asleep})[0] for k in KNOWN}
    plain, _, _ = awake(asleep, {p.name: found[f"{p.name} statistics"][scored[p.name]] for p in asleep})
    names, truth = [p.name for p in moods], np.array([p.depressed == 1 for p in moods])
    after = {k: np.array([found[n][: d * DAY][-1, 1] for n in names]) for k, d in HEARD.items()}
    final = after["all days"]
    after |= {"whole files": np.array([found[f"{n} whole file"][1] for n in names])}
    after |= {"statistics alone": np.array([found[f"{n} statistics"][-1] for n in names])}
    after |= {"trunk alone": 2 * final - after["statistics alone"]}
    after |= {OTHERS_CUT: final - cuts_of_others(truth, final)}
    a, b, cut = calibrate(s, t)
    mood_a, mood_b = platt(final, truth)
    figures = {
        "wake": {"hybrid": wake, "night alone": alone, "statistics": plain, "logistic": others},
        "wake_minus_logistic": {
            k: over_people(np.array([wake["each_person"][p] - others[k]["each_person"][p] for p in t])) for k in KNOWN
        },
        "mood": {
            "heard": {k: mood(truth, score) for k, score in after.items()},
            "rivals": {kind: mood(truth, np.array([float(rivals[f"{kind} {n}"]) - 0.5 for n in names])) for kind in DAYS},
            "calibration": said(truth, final),
            "people": len(truth),
            "of": everybody,
            "depressed": int(truth.sum()),
            "days": int(sum(len(p) // DAY for p in moods)),
            "groups": groups(args.depresjon, names, truth, final),
            "scores": dict(zip(names, final.round(4).tolist())),
        },
        "shipped": {
            "wake": {"platt": [a, b], "threshold": cut},
            "depressed": {"platt": [mood_a, mood_b], "threshold": float(sigmoid(np.array(mood_b)))},
        },
    }
    (args.work / "figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps({k: {m: v for m, v in f.items() if m in ("balanced_accuracy", "auc", "sleep_at_wake", "mcc")} for k, f in
                      {"wake": wake, "alone": alone, "plain": plain, **others, **figures["mood"]["heard"], **figures["mood"]["rivals"]}.items()}, indent=1))


if __name__ == "__main__":
    main()
