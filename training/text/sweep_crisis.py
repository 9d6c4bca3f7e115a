"""What other mixtures of the crisis head would do: a line each. By their figures the one in crisis_head.py was chosen.

On left-out rated posts, the pairs of dev, plain statements, everyday posts, and comments of train, in which alerts are counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product

import numpy as np
import torch
from calibration import sigmoid
from challenge import Challenge
from crisis_head import Known, Mix, Rows, add_checkpoint

PLACES, WEIGHTS = (0.0, 1.5, 2.0, 2.5, 3.0), ((0.5, 1.0), (0.5, 1.5), (1.0, 0.75), (1.0, 1.0), (1.0, 1.5))
ALERTS = (0.005, 0.01, 0.02)  # of calm comments


def lines(known: Known) -> Iterator[str]:
    fitted, usual, (weight, bias) = known.fitted(), known.fits.mean(axis=0), known.gate
    severe = known.severity >= 4

    def expected(rows: Rows, mix: Mix) -> np.ndarray:
        unlike = (rows.states @ weight + bias)[:, None]
        return sigmoid(mix.logits(fitted.logits(rows), unlike, rows.quiet - known.middle, usual)).sum(axis=1)

    pairs = known.look([pair[side] for pair in Challenge().of("dev") for side in ("sign", "innocent")])
    plain = known.plain_severity >= 3
    for place, (given_up, quiet) in product(PLACES, WEIGHTS):
        mix = Mix(unlike=place, given_up=given_up, quiet=quiet)
        logits = known.left_out_logits(mix)
        calm, ranked = expected(known.others["calm"], mix), expected(pairs, mix)
        found = [(sigmoid(logits).sum(axis=1)[severe] > np.quantile(calm, 1 - share)).mean() for share in ALERTS]
        yield (
            f"unlike {place} given up {given_up} quiet {quiet}: {known.quality(logits)}; dev pairs {(ranked[::2] > ranked[1::2]).mean():.3f}; "
            f"plain statements of 3 or more told 2 or more {(expected(known.others['plain'], mix)[plain] > 2).mean():.2f}; "
            f"mean of comments {calm.mean():.3f}, of everyday posts {expected(known.others['everyday'], mix).mean():.3f}; "
            f"found at {', '.join(f'{1000 * share:.0f}' for share in ALERTS)} alerts a thousand comments: "
            + ", ".join(f"{share:.3f}" for share in found)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_checkpoint(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for line in lines(Known(options)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
