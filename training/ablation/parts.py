"""The mixers of the text encoder at the small size of the ablation: import this before `model` and the graph's modules.

The mixers and their graphs read their sizes from `model`; here they are set once for the process.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "text"))

import model  # noqa: E402

model.WIDTH, model.HEADS = 128, 4
model.BLOCK_PAIRS, model.LANDMARKS = 64, 4


def resize(width: int, heads: int, block: int) -> None:
    """Another size, before the first encoder is made."""
    model.WIDTH, model.HEADS, model.BLOCK_PAIRS = width, heads, block
