"""Hand-made 60 s wrist features and two plain classifiers, for comparison with the network."""

import argparse

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

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


def features(batch: dict[str, np.ndarray]) -> np.ndarray:
    """A batch of windows (data.stack) → (windows, features)."""
    rows = []
    for bvp, acc, eda, temp in zip(*(batch[k] for k in ("bvp", "acc", "eda", "temp"))):
        eda, temp, size = eda[:, 0], temp[:, 0], np.linalg.norm(acc, axis=1)
        rises = find_peaks(eda, prominence=0.02)[1]["prominences"]
        row = [*_pulse(bvp[:, 0].astype(float)), *_spread(eda), _slope(eda), len(rises), rises.sum()]
        row += [np.abs(np.diff(eda)).mean(), *_spread(temp), _slope(temp), *_spread(size)]
        row += [*acc.mean(0), *acc.std(0), np.abs(np.diff(size)).mean()]
        rows.append(row)
    return np.nan_to_num(np.array(rows, np.float64))


def classifiers() -> dict:
    """Fresh, seeded estimators by the name under which they are reported."""
    return {
        "Random forest, hand-made features": RandomForestClassifier(
            300, min_samples_leaf=3, class_weight="balanced_subsample", random_state=0, n_jobs=1
        ),
        "Logistic regression, hand-made features": make_pipeline(
            StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
        ),
    }


def main() -> None:
    argparse.ArgumentParser(description="Print the number of hand-made features of a window of noise.").parse_args()
    rng = np.random.default_rng(0)
    sizes = {"bvp": (1, 3840, 1), "acc": (1, 1920, 3), "eda": (1, 240, 1), "temp": (1, 240, 1)}
    print(features({k: rng.normal(size=s) for k, s in sizes.items()}).shape[1])


if __name__ == "__main__":
    main()
