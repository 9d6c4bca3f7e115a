"""Three public sets as days of people: what was recorded of each day, and how lonely each person said they were.

GLOBEM's sample and StudentLife have days. The diaries of openESM have neither days nor times, only what the phone was used for in the hour
before each prompt: there a prompt stands in for a day, its hour for sixteen like it.
"""

import argparse
import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

# least and greatest value of a day that was recorded: one beyond counts as missing
VALID = {
    "STEPS": (1, 100000),
    "ON_FOOT": (0, 720),  # minutes
    "SLEEP": (60, 1080),  # minutes asleep
    "SCREEN": (0, 1440),  # minutes unlocked
    "CALLS": (0, 500),  # taken and made
    "TALK": (0, 1440),  # minutes of conversation around the phone
}
SIGNALS = tuple(VALID)
UNKNOWN = -1.0
AWAKE_H = 16  # hours for which the hour before a prompt stands in
PROMPTS = 10  # of a person, at least
CALLS = ["f_call:phone_calls_rapids_incoming_count:allday", "f_call:phone_calls_rapids_outgoing_count:allday"]
GLOBEM = {
    "STEPS": ("steps", ["f_steps:fitbit_steps_intraday_rapids_sumsteps:allday"]),
    "SLEEP": ("sleep", ["f_slp:fitbit_sleep_summary_rapids_sumdurationasleepmain:allday"]),
    "SCREEN": ("screen", ["f_screen:phone_screen_rapids_sumdurationunlock:allday"]),
    "CALLS": ("call", CALLS),
}
# totals of a day, in minutes after multiplying. Its unlocked time counts whatever lies between locks of an hour: another measure, left out
STUDENT = {"ON_FOOT": ("act_on_foot_ep_0", 1 / 60), "SLEEP": ("sleep_duration", 60.0), "TALK": ("audio_convo_duration_ep_0", 1 / 60)}
ANSWERS = {"Never": 1, "Rarely": 2, "Sometimes": 3, "Often": 4}
TURNED = {1, 4, 5, 6, 9, 10, 15, 16, 19, 20}  # items of the UCLA scale of which more means less lonely


@dataclass
class Person:
    """values (T, 6), 0 where missing; present (T, 6), 0 or 1; scale: the set's own number, more is lonelier; lonely: 1 above the set's
    median, else 0; said (T,): loneliness at each prompt, 1 to 7, not a number elsewhere; moments (T,): 1 above the median of the set's prompts,
    else 0, or UNKNOWN; kinds: groups that the person belongs to."""

    name: str
    of: str
    values: np.ndarray
    present: np.ndarray
    scale: float
    said: np.ndarray
    moments: np.ndarray
    kinds: list[str] = field(default_factory=list)
    lonely: float = UNKNOWN

    def __len__(self) -> int:
        return len(self.values)


def number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def person(name: str, of: str, columns: dict[str, np.ndarray], scale: float, kinds: list[str] | None = None) -> Person:
    """From a column a signal, not a number where nothing is known."""
    count = len(next(iter(columns.values())))
    values, present = (np.zeros((count, len(SIGNALS)), np.float32) for _ in range(2))
    for name_, column in columns.items():
        (low, high), k = VALID[name_], SIGNALS.index(name_)
        good = np.isfinite(column) & (column >= low) & (column <= high)
        values[good, k], present[good, k] = column[good], 1
    return Person(name, of, values, present, scale, np.full(count, np.nan), np.full(count, UNKNOWN, np.float32), kinds or [])


def on_grid(rows: dict[str, dict[str, float]], names) -> dict[str, np.ndarray]:
    """Rows by date → columns from the first day to the last, days that are not there unknown."""
    days = [date.fromisoformat(day).toordinal() for day in rows]
    columns = {name: np.full(max(days) - min(days) + 1, np.nan) for name in names}
    for day, row in zip(days, rows.values()):
        for name in names:
            columns[name][day - min(days)] = row.get(name, np.nan)
    return columns


def mean_known(pair: list[float]) -> float:
    return float(np.nanmean(pair)) if np.isfinite(pair).any() else float("nan")


def globem(folder: Path) -> list[Person]:
    """UCLA-10, mean of before and after the term. Calls are known on days that have any."""
    people = []
    for year in sorted(folder.glob("data_raw/INS-W-sample_*")):
        days: dict[str, dict[str, dict[str, float]]] = {}
        for signal, (file, names) in GLOBEM.items():
            for row in csv.DictReader((year / "FeatureData" / f"{file}.csv").open()):
                total = sum(number(row[name]) for name in names)
                days.setdefault(row["pid"], {}).setdefault(row["date"], {})[signal] = total
        scale: dict[str, list[float]] = {}
        for when in ("PRE", "POST"):
            for row in csv.DictReader((year / "SurveyData" / f"{when.lower()}.csv").open()):
                scale.setdefault(row["pid"], []).append(number(row[f"UCLA_10items_{when}"]))
        platform = {row["pid"]: row["platform"] for row in csv.DictReader((year / "ParticipantsInfoData" / "platform.csv").open())}
        phone = {"ios": "iPhone", "android": "Android"}
        for pid in sorted(set(days) & set(scale)):
            kinds = [phone.get(platform.get(pid, ""), "other phone"), str(2017 + int(year.name[-1]))]
            people.append(person(f"{year.name} {pid}", "GLOBEM sample", on_grid(days[pid], GLOBEM), mean_known(scale[pid]), kinds))
    return people


def student(days_file: Path, scale_file: Path) -> list[Person]:
    """UCLA-20 (mean of an item), mean of before and after the term; days as openESM has them."""
    scale: dict[str, list[float]] = {}
    for row in csv.DictReader(scale_file.open()):
        items = {int(k.split(".")[0]): ANSWERS[v] for k, v in row.items() if k[0].isdigit() and v in ANSWERS}
        if len(items) > 15:
            scale.setdefault(row["uid"], []).append(float(np.mean([5 - v if i in TURNED else v for i, v in items.items()])))
    days: dict[str, dict[str, dict[str, float]]] = {}
    for row in csv.DictReader(days_file.open(), delimiter="\t"):
        found = {signal: number(row[name]) * times for signal, (name, times) in STUDENT.items()}
        days.setdefault(f"u{int(row['id']):02}", {})[row["date"]] = found
    return [person(uid, "StudentLife", on_grid(days[uid], STUDENT), mean_known(scale[uid])) for uid in sorted(set(days) & set(scale))]


def diaries(file: Path, about: Path) -> list[Person]:
    """Mean of the loneliness said at a person's prompts (1 to 7); minutes of phone use in the hour before each."""
    gender = {row["id"]: row["gender"] for row in csv.DictReader(about.open(), delimiter="\t")}
    rows: dict[str, list[tuple[float, float]]] = {}
    for row in csv.DictReader(file.open(), delimiter="\t"):
        used, said = number(row["all_pre"]), number(row["loneliness"])
        if np.isfinite([used, said]).all():
            rows.setdefault(row["id"], []).append((max(used, 0.0), said))
    rows = {name: found for name, found in rows.items() if len(found) >= PROMPTS}
    middle = np.median(np.concatenate([[said for _, said in found] for found in rows.values()]))
    people = []
    for name, found in rows.items():
        used, said = np.array(found).T
        kinds = [f"gender {gender.get(name, 'NA')} of the set"]
        one = person(name, "openESM diaries", {"SCREEN": used * AWAKE_H}, float(said.mean()), kinds)
        one.said, one.moments = said, (said > middle).astype(np.float32)
        people.append(one)
    return people


def everybody(data: Path) -> list[Person]:
    """All three from the folder that holds globem_sample, openesm_loneliness and studentlife_ucla; `lonely` is set by set."""
    clean, survey = data / "openesm_loneliness/data/clean", data / "studentlife_ucla/SL_testdata/dataset/survey"
    people = globem(data / "globem_sample") + student(clean / "0004_wang_ts.tsv", survey / "LonelinessScale.csv")
    people += diaries(clean / "0026_fernandez_ts.tsv", clean / "0026_fernandez_static.tsv")
    people = [p for p in people if np.isfinite(p.scale)]
    for of in {p.of for p in people}:
        middle = np.median([p.scale for p in people if p.of == of])
        for one in people:
            if one.of == of:
                one.lonely = float(one.scale > middle)
    return people


def main() -> None:
    parser = argparse.ArgumentParser(description="Count people, days and what of them was recorded.")
    parser.add_argument("data", type=Path, help="folder with the three sets unpacked")
    people = everybody(parser.parse_args().data)
    for of in dict.fromkeys(p.of for p in people):
        mine = [p for p in people if p.of == of]
        shares = np.concatenate([p.present for p in mine]).mean(0).round(2)
        lonely = int(sum(p.lonely for p in mine))
        print(of, len(mine), "people,", lonely, "lonely,", sum(map(len, mine)), "days;", dict(zip(SIGNALS, shares.tolist())))


if __name__ == "__main__":
    main()
