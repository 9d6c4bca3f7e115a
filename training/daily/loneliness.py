"""What day streams say of loneliness: people's mean days against how lonely they say they are, each person left out. WORK/loneliness.json.

One ridge regression with a fixed penalty on a fixed handful of features; nothing is chosen by what it gives. For the diaries,
moments too: what the phone was used for before each against the person's own usual loneliness.
"""

import argparse
import csv
import json
from pathlib import Path

import hybrid  # noqa: F401  puts the wrist model's folder on the path
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from figures import over_people

PENALTY = 10.0
GLOBEM = {
    "steps": ["f_steps:fitbit_steps_intraday_rapids_sumsteps:allday", "f_steps:fitbit_steps_intraday_rapids_sumdurationsedentarybout:allday"],
    "sleep": ["f_slp:fitbit_sleep_summary_rapids_sumdurationasleepmain:allday", "f_slp:fitbit_sleep_summary_rapids_firstbedtimemain:allday"],
    "screen": ["f_screen:phone_screen_rapids_countepisodeunlock:allday", "f_screen:phone_screen_rapids_sumdurationunlock:allday"],
    "call": ["f_call:phone_calls_rapids_incoming_count:allday", "f_call:phone_calls_rapids_outgoing_count:allday"],
}
# totals of a day come under epoch 0
STUDENT = [f"{name}_ep_0" for name in ("act_on_foot", "act_still", "audio_convo_num", "audio_convo_duration", "unlock_duration", "loc_dist")]
STUDENT += ["sleep_duration"]
PHONE = ["all_pre", "com_pre", "sm_pre", "oth_pre"]  # minutes of use before a moment: all, talking, social media, other
MOMENTS = 10  # of a person, at least
ANSWERS = {"Never": 1, "Rarely": 2, "Sometimes": 3, "Often": 4}
TURNED = {1, 4, 5, 6, 9, 10, 15, 16, 19, 20}  # items of the UCLA scale of which more means less lonely


def number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def globem(folder: Path) -> tuple[dict[str, dict[str, list[float]]], dict[str, float]]:
    """Every person's days by feature, and UCLA-10 after the term (before it where that is missing)."""
    days, scale = {}, {}
    for year in sorted(folder.glob("data_raw/INS-W-sample_*")):
        for file, columns in GLOBEM.items():
            for row in csv.DictReader((year / "FeatureData" / f"{file}.csv").open()):
                person = days.setdefault(f"{year.name} {row['pid']}", {})
                for column in columns:
                    person.setdefault(column, []).append(number(row[column]))
        for when in ("PRE", "POST"):
            for row in csv.DictReader((year / "SurveyData" / f"{when.lower()}.csv").open()):
                found = number(row[f"UCLA_10items_{when}"])
                if np.isfinite(found):
                    scale[f"{year.name} {row['pid']}"] = found
    return days, scale


def student(days_file: Path, scale_file: Path) -> tuple[dict[str, dict[str, list[float]]], dict[str, float]]:
    """StudentLife's days as openESM has them, and UCLA-20 (mean of an item) before the term."""
    days, scale = {}, {}
    for row in csv.DictReader(days_file.open(), delimiter="\t"):
        person = days.setdefault(f"u{int(row['id']):02}", {})
        for column in STUDENT:
            person.setdefault(column, []).append(number(row[column]))
    for row in csv.DictReader(scale_file.open()):
        items = {int(k.split(".")[0]): ANSWERS[v] for k, v in row.items() if k[0].isdigit() and v in ANSWERS}
        if row["type"] == "pre" and len(items) > 15:
            scale[row["uid"]] = float(np.mean([5 - v if i in TURNED else v for i, v in items.items()]))
    return days, scale


def phone(file: Path) -> tuple[dict[str, dict[str, list[float]]], dict[str, np.ndarray]]:
    """openESM's diaries with phone use before each moment, and loneliness at each, by people with enough moments."""
    use, said = {}, {}
    for row in csv.DictReader(file.open(), delimiter="\t"):
        lonely, used = number(row["loneliness"]), [max(number(row[k]), 0.0) for k in PHONE]
        if np.isfinite([lonely, *used]).all():
            person = use.setdefault(row["id"], {})
            for k, x in zip(PHONE, used):
                person.setdefault(k, []).append(x)
            said.setdefault(row["id"], []).append(lonely)
    said = {k: np.array(v) for k, v in said.items() if len(v) >= MOMENTS}
    return {k: use[k] for k in said}, said


def moments(use: dict, said: dict[str, np.ndarray]) -> dict:
    """Deviations of use from the person's own mean against those of loneliness: AUC within a person, people in tenths left out."""
    own = lambda x: (x - x.mean(0)) / (x.std(0) + 1e-9)
    people = [p for p in sorted(said) if said[p].std() > 0]
    x = {p: own(np.log1p(np.array([use[p][k] for k in PHONE]).T)) for p in people}
    found = []
    for part in range(10):
        rest = [p for i, p in enumerate(people) if i % 10 != part]
        model = Ridge(PENALTY).fit(np.concatenate([x[p] for p in rest]), np.concatenate([own(said[p]) for p in rest]))
        found += [roc_auc_score(said[p] > said[p].mean(), model.predict(x[p])) for i, p in enumerate(people) if i % 10 == part]
    return {"people": len(people), "moments": sum(len(said[p]) for p in people), "auc": over_people(np.array(found))}


def features(days: dict[str, list[float]]) -> list[float]:
    """Mean and spread over a person's days, not a number where a feature was never there."""
    known = [np.array(v)[np.isfinite(v)] for v in days.values()]
    return [x for v in known for x in ((v.mean(), v.std()) if len(v) > 2 else (np.nan, np.nan))]


def left_out(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Guess of each person by a ridge regression of the others, less the others' mean; features by their mean and spread."""
    found = np.zeros(len(y))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        mean, spread = np.nanmean(x[rest], 0), np.nanstd(x[rest], 0) + 1e-9
        z = np.nan_to_num((x - mean) / spread).clip(-4, 4)
        model = Ridge(PENALTY, fit_intercept=False).fit(z[rest], y[rest] - y[rest].mean())
        found[i] = model.predict(z[i : i + 1])[0]
    return found


def compared(days: dict, scale: dict[str, float]) -> dict:
    """Correlation with the scale and AUC for scores above the median, with 95 % bootstrap intervals over people."""
    people = sorted(set(days) & set(scale))
    x, y = np.array([features(days[p]) for p in people]), np.array([scale[p] for p in people])
    guess, high = left_out(x, y), y > np.median(y)
    rng, draws = np.random.default_rng(0), []
    while len(draws) < 2000:
        i = rng.integers(0, len(y), len(y))
        if 0 < high[i].sum() < len(i):
            draws.append((np.corrcoef(guess[i], y[i])[0, 1], roc_auc_score(high[i], guess[i])))
    low, top = np.percentile(draws, [2.5, 97.5], axis=0)
    now = (np.corrcoef(guess, y)[0, 1], roc_auc_score(high, guess))
    r, auc = ([float(v) for v in triple] for triple in zip(now, low, top))
    return {"people": len(people), "days": int(sum(max(map(len, days[p].values())) for p in people)), "r": r, "auc": auc}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("globem", type=Path, help="folder with data_raw")
    parser.add_argument("student_days", type=Path, help="openESM's 0004_wang_ts.tsv")
    parser.add_argument("student_scale", type=Path, help="StudentLife's LonelinessScale.csv")
    parser.add_argument("diaries", type=Path, help="openESM's 0026_fernandez_ts.tsv")
    parser.add_argument("work", type=Path)
    args = parser.parse_args()
    use, said = phone(args.diaries)
    found = {
        "GLOBEM sample": compared(*globem(args.globem)),
        "StudentLife": compared(*student(args.student_days, args.student_scale)),
        "openESM, phone use": compared(use, {k: float(v.mean()) for k, v in said.items()}),
        "moments": moments(use, said),
    }
    (args.work / "loneliness.json").write_text(json.dumps(found, indent=1))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
