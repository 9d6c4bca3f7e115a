"""What the layers of the exported graph share at one resolution, tokens or pairs of tokens.

Maps from a place to itself run over real places only, packed one under another: (N + 1, D), whatever the padding. The
last row is a spare: it stands for every padded place, and a product never has a single row.
"""

import numpy as np
from model import HEADS, WIDTH
from onnx import TensorProto
from onnx_builder import GraphBuilder

CHANNELS = WIDTH // HEADS
ONES_WIDTH = 8  # columns are multiplied eight wide: a single one takes a code path whose order depends on the length
END = np.iinfo(np.int64).max
LINKED = 64  # places of an SSM block of a long text


class Context:
    """Masks, sizes and where places lie, as names of graph values."""

    def __init__(self, g: GraphBuilder, integer_mask: str, block: str, many: str = "") -> None:
        """integer_mask: int64 (B, T); block: int64 (1), places of a block of attention; many: whether a text has several."""
        self.mask = g.op("Cast", integer_mask, to=TensorProto.FLOAT)
        self.mask3 = g.unsqueeze(self.mask, 2)
        self.mask_row = g.unsqueeze(self.mask, 1)  # (B, 1, T)
        shape = g.op("Shape", integer_mask)
        self.batch, self.tokens = g.slice(shape, 0, 1, 0), g.slice(shape, 1, 2, 0)
        self.block = block
        self.blocks = g.op("Div", self.tokens, self.block)
        self.many = many or g.op("Squeeze", g.op("Greater", self.blocks, g.ints(1)), g.ints(0))
        self.pack_places(g, integer_mask)
        self.size = g.op("Where", self.many, g.ints(LINKED), self.block)  # places of an SSM block
        self.by_head = g.op("Concat", g.ints(-1, HEADS, CHANNELS), self.size, axis=0)
        self.by_direction = g.op("Concat", g.ints(-1, HEADS, 2), self.size, axis=0)
        self.one_row = g.op("Reshape", self.mask, g.op("Concat", g.ints(-1, 1, 1), self.size, axis=0))  # (B*C, 1, 1, Q)
        square = g.op("Expand", g.constant(1.0), g.op("Concat", self.size, self.size, axis=0))
        # (H, Q, Q), 1 where the row is not after the column. One for each head: were there one for all, their rows would be one
        # product, which threads cut by columns, and narrow products are summed in longer runs.
        self.prefix = g.op("Expand", g.op("Trilu", square, upper=1), g.ints(HEADS, 1, 1))

    def pack_places(self, g: GraphBuilder, mask: str) -> None:
        real = g.op("Reshape", g.op("NonZero", g.op("Reshape", mask, g.ints(-1))), g.ints(-1))
        self.places = g.op("Concat", real, g.ints(0), axis=0)  # (N + 1): of each packed row, in (B * T)
        count = g.op("Shape", real)
        before = g.op("Sub", g.op("CumSum", g.op("Reshape", mask, g.ints(-1)), g.constant(0, np.int64)), g.ints(1))
        shape = g.op("Concat", self.batch, self.tokens, axis=0)
        before = g.op("Reshape", before, shape)
        self.rows = g.op("Where", g.op("Cast", mask, to=TensorProto.BOOL), before, count)  # (B, T): packed row of each place
        ones = g.op("Expand", g.constant(1.0), g.op("Concat", count, g.ints(1), axis=0))
        self.real = g.op("Concat", ones, g.constant([[0.0]]), axis=0)  # (N + 1, 1)

    def pack(self, g: GraphBuilder, x: str) -> str:
        """(B, T, n) or (B * T, n), n known -> (N + 1, n)."""
        return g.op("Gather", x, self.places, axis=0)

    def unpack(self, g: GraphBuilder, x: str) -> str:
        """(N + 1, n) -> (B, T, n), the spare row at padding."""
        return g.op("Gather", x, self.rows, axis=0)

    @staticmethod
    def ones(g: GraphBuilder, size: str) -> str:
        return g.op("Expand", g.constant(1.0), g.op("Concat", size, g.ints(ONES_WIDTH), axis=0))

    @staticmethod
    def counted(g: GraphBuilder, size: str) -> str:
        return g.op("Range", g.constant(0, np.int64), g.op("Squeeze", size, g.ints(0)), g.constant(1, np.int64))
