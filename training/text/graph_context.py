"""What the layers of the exported graph share at one resolution, tokens or pairs of tokens."""

import numpy as np
from model import HEADS, WIDTH
from onnx import TensorProto
from onnx_builder import GraphBuilder

CHANNELS = WIDTH // HEADS
ONES_WIDTH = 8  # columns are multiplied eight wide: a single one takes a code path whose order depends on the length
END = np.iinfo(np.int64).max


class Context:
    """What layers of one resolution share: masks, triangles and sizes, as names of graph values."""

    def __init__(self, g: GraphBuilder, mask: str, block: str) -> None:
        """mask: float (B, T); block: int64 (1), places of a block."""
        self.mask = mask
        self.mask3 = g.unsqueeze(self.mask, 2)
        self.mask_row = g.unsqueeze(self.mask, 1)  # (B, 1, T)
        self.mask4 = g.unsqueeze(self.mask, 1, 2)
        self.shut = g.op("Mul", g.op("Sub", self.mask4, g.constant(1.0)), g.constant(1e4))
        shape = g.op("Shape", mask)
        self.batch, self.tokens = g.slice(shape, 0, 1, 0), g.slice(shape, 1, 2, 0)
        self.block = block
        self.blocks = g.op("Div", self.tokens, self.block)
        self.many = g.op("Squeeze", g.op("Greater", self.blocks, g.ints(1)), g.ints(0))
        self.ones_tokens = self.ones(g, self.tokens)
        self.ones_block = self.ones(g, self.block)
        row, column = self.indices(g, self.block)
        self.lower = self.as_float(g, "GreaterOrEqual", row, column)
        self.upper = self.as_float(g, "Less", row, column)
        self.prefix = self.as_float(g, "LessOrEqual", row, column)
        self.fold_heads = g.op("Concat", g.ints(-1), self.block, g.ints(HEADS, CHANNELS), axis=0)
        self.fold_gates = g.op("Concat", g.ints(-1), self.block, g.ints(2 * HEADS), axis=0)
        self.unfold = g.op("Concat", self.batch, self.tokens, g.ints(WIDTH), axis=0)

    @staticmethod
    def ones(g: GraphBuilder, size: str) -> str:
        return g.op("Expand", g.constant(1.0), g.op("Concat", size, g.ints(ONES_WIDTH), axis=0))

    @staticmethod
    def indices(g: GraphBuilder, size: str) -> tuple[str, str]:
        counted = g.op("Range", g.constant(0, np.int64), g.op("Squeeze", size, g.ints(0)), g.constant(1, np.int64))
        return g.unsqueeze(counted, 1), g.unsqueeze(counted, 0)

    @staticmethod
    def as_float(g: GraphBuilder, relation: str, row: str, column: str) -> str:
        return g.op("Cast", g.op(relation, row, column), to=TensorProto.FLOAT)


def qkv_parts(g: GraphBuilder, u: str) -> list[str]:
    return [g.slice(u, i * WIDTH, (i + 1) * WIDTH, 2) for i in range(3)]
