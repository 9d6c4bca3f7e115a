"""Where everything of a stream's past lies in the flat vector `carried`."""

import argparse

import numpy as np

from data import SIGNALS
from front import BACK, FEATURES
from mixers import HEADS, PART, WIDTH, WINDOW
from model import ATTENTION_AT, LAYERS
from personal import HORIZONS

SIZE = sum(FEATURES.values())
PRESENT_BACK = 80  # quarter seconds


def layout() -> dict[str, tuple[int, ...]]:
    """Shape of every part in its order; the longest personal horizon comes first."""
    parts = {f"personal_{i}": (4 + 2 * SIZE,) for i in range(len(HORIZONS))}  # counts by signal, means, variances
    parts |= {name.lower(): (BACK[name.lower()], channels) for name, (_, channels) in SIGNALS.items()}
    parts["present"] = (PRESENT_BACK, len(SIGNALS))
    for i in range(LAYERS):
        if i == ATTENTION_AT:
            parts |= {f"keys_{i}": (WINDOW - 1, WIDTH), f"values_{i}": (WINDOW - 1, WIDTH), f"kept_{i}": (WINDOW - 1, 1)}
        else:
            parts |= {f"taps_{i}": (2, 3 * WIDTH), f"state_{i}": (HEADS, PART, PART + 1)}
    parts["blocks"] = (1,)
    return parts


def places() -> dict[str, tuple[int, int]]:
    """[begin, end) of every part."""
    ends = np.cumsum([int(np.prod(shape)) for shape in layout().values()]).tolist()
    return dict(zip(layout(), zip([0, *ends[:-1]], ends)))


LENGTH = max(end for _, end in places().values())
WHOLE = [list(places()["personal_0"])]  # what a second pass over the same recording starts with; the rest is 0


def main() -> None:
    argparse.ArgumentParser(description="Print the parts of `carried`.").parse_args()
    for name, (begin, end) in places().items():
        print(f"{begin:6} {end:6} {name} {layout()[name]}")


if __name__ == "__main__":
    main()
