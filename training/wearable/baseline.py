"""Hand-made 60 s wrist features and a random forest, for comparison with the network."""

import argparse
from pathlib import Path

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt
from sklearn.ensemble import RandomForestClassifier

from blocks import Stream, streams
from sampler import STRESS

PULSE_BAND = butter(3, [0.7, 3.5], "bandpass", fs=64, output="sos")


def _spread(x: np.ndarray) -> list[float]:
    return [x.mean(), x.std(), x.min(), x.max(), *np.percentile(x, [10, 50, 90])]


def _slope(x: np.ndarray) -> float:
    return float(np.polyfit(np.linspace(0, 1, len(x)), x, 1)[0])


def _pulse(bvp: np.ndarray) -> list[float]:
    """Mean and spread of the beats' intervals (s), RMSSD (s), share of plausible intervals, amplitudes."""
    wave = sosfiltfilt(PULSE_BAND, bvp)
    peaks, _ = find_peaks(wave, distance=24, prominence=0.3 * wave.std())
    intervals = np.diff(peaks) / 64
    good = intervals[(intervals > 0.33) & (intervals < 1.5)]
    if len(good) < 5:
        return [0.0, 0.0, 0.0, 0.0, wave.std(), bvp.std()]
    rmssd = np.sqrt(np.mean(np.diff(good) ** 2))
    return [good.mean(), good.std(), rmssd, len(good) / max(1, len(intervals)), wave.std(), bvp.std()]


def features(person: Stream) -> np.ndarray:
    """Hand-made features of the last 60 s at every block of a recording: (blocks, features), of less at its start."""
    flat = {k: v.reshape(-1, v.shape[2]) for k, v in person.signals.items()}
    rows = []
    for t in range(len(person)):
        span = slice(max(0, t - 5), t + 1)
        bvp, acc, eda, temp = (cut_of(person, flat, name, span) for name in ("bvp", "acc", "eda", "temp"))
        eda, temp, size = eda[:, 0], temp[:, 0], np.linalg.norm(acc, axis=1)
        rises = find_peaks(eda, prominence=0.02)[1]["prominences"]
        row = [*_pulse(bvp[:, 0].astype(float)), *_spread(eda), _slope(eda), len(rises), rises.sum()]
        row += [np.abs(np.diff(eda)).mean(), *_spread(temp), _slope(temp), *_spread(size)]
        row += [*acc.mean(0), *acc.std(0), np.abs(np.diff(size)).mean()]
        rows.append(row)
    return np.nan_to_num(np.array(rows, np.float64))


def cut_of(person: Stream, flat: dict[str, np.ndarray], name: str, span: slice) -> np.ndarray:
    """The samples of these blocks, (samples, channels)."""
    each = person.signals[name].shape[1]
    return flat[name][span.start * each : span.stop * each]


def against_past(rows: np.ndarray) -> np.ndarray:
    """z-scores against all of the person's rows up to and with each."""
    count = np.arange(1, len(rows) + 1)[:, None]
    mean = rows.cumsum(0) / count
    spread = np.sqrt(np.maximum((rows**2).cumsum(0) / count - mean**2, 0))
    return (rows - mean) / (spread + 1e-6 + 0.01 * np.abs(mean))


def against_whole(rows: np.ndarray) -> np.ndarray:
    """z-scores against the whole recording."""
    return (rows - rows.mean(0)) / (rows.std(0) + 1e-6)


# what a forest is given, by what it knows of the person
KNOWN = {"as measured": lambda rows: rows, "own past": against_past, "whole recording": against_whole}


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(300, min_samples_leaf=3, class_weight="balanced_subsample", random_state=0, n_jobs=1)


def log_odds(chance: np.ndarray) -> np.ndarray:
    chance = chance.clip(1e-3, 1 - 1e-3)
    return np.log(chance / (1 - chance))


def left_out(people: list[Stream], rows: dict[str, np.ndarray], others: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Scores of stress `s <person>` and guessed states `g <person>` of each person left out, and `o <person>` of another
    data set's people by a forest of everybody; scored blocks alone for the first two, all blocks for the last."""
    state = {p.person: p.labels[p.scored] for p in people}
    x = {p.person: rows[p.person][p.scored] for p in people}
    fitted = lambda some: forest().fit(np.concatenate([x[p] for p in some]), np.concatenate([state[p] for p in some]))
    out = {}
    for person in x:
        model = fitted([p for p in x if p != person])
        chances = model.predict_proba(x[person])
        out[f"s {person}"], out[f"g {person}"] = log_odds(chances[:, STRESS]), model.classes_[chances.argmax(1)]
    everybody = fitted(list(x))
    return out | {f"o {p}": log_odds(everybody.predict_proba(found)[:, STRESS]) for p, found in others.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit forests, each person left out, and write their scores into WORK/forests.")
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("work", type=Path)
    parser.add_argument("--stress-predict", type=Path, help="folder of Stress-Predict's recordings")
    args = parser.parse_args()
    (args.work / "forests").mkdir(parents=True, exist_ok=True)
    people = streams(args.data)
    rows = {p.person: features(p) for p in people}
    others = {p.person: features(p) for p in streams(args.stress_predict, "stress_predict")} if args.stress_predict else {}
    for name, known in KNOWN.items():
        seen = [{p: known(found) for p, found in part.items()} for part in (rows, others)]
        np.savez(args.work / "forests" / f"{name}.npz", **left_out(people, *seen))
        print(name, flush=True)


if __name__ == "__main__":
    main()
