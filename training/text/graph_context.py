"""What the layers of the exported graph share at one resolution, tokens or pairs of tokens.

Maps from a place to itself run over real places only, packed one under another: (N, D), whatever the padding. Where padded
places must be zero, one row of zeros is put below, a spare that stands for all of them. A text has three tokens at least, so
that no product has a single row.
"""

import numpy as np
from model import HEADS, SHUT, WIDTH
from onnx import TensorProto
from onnx_builder import GraphBuilder

CHANNELS = WIDTH // HEADS
ONES_WIDTH = 8  # columns are multiplied eight wide: a single one takes a code path whose order depends on the length
END = np.iinfo(np.int64).max
LINKED = 64  # places of an SSM block of a long text
SIDE_BY_SIDE = 128  # most places of a block whose texts' heads stand side by side


class Context:
    """Masks, sizes and where places lie, as names of graph values."""

    def __init__(self, g: GraphBuilder, integer_mask: str, block: str, many: str = "") -> None:
        """integer_mask: int64 (B, T); block: int64 (1), places of a block of attention; many: whether a text has several."""
        self.mask = g.op("Cast", integer_mask, to=TensorProto.FLOAT)
        self.mask3 = g.unsqueeze(self.mask, 2)
        self.mask_row = g.unsqueeze(self.mask, 1)  # (B, 1, T)
        self.shape = g.op("Shape", integer_mask)
        self.batch, self.tokens = g.op("Split", self.shape, outputs=2, num_outputs=2)
        self.block = block
        self.blocks = g.op("Div", self.tokens, self.block)
        self.many = many or g.op("Greater", self.blocks, g.ints(1))
        self.size = g.op("Where", self.many, g.ints(LINKED), self.block)  # places of an SSM block
        self.pack_places(g, integer_mask)
        self.near_places(g)
        self.by_head = g.op("Concat", g.ints(-1, HEADS, CHANNELS), self.size, axis=0)
        # Several texts whose heads are twice a block's places stand side by side, see graph_ssm.py. Not above SIDE_BY_SIDE,
        # where the running sums of so wide a product would be cut in two.
        most = g.op("Min", g.op("Mul", self.batch, g.ints(HEADS // 2)), g.ints(SIDE_BY_SIDE))
        self.alone = g.op("Greater", g.op("Where", self.many, g.ints(0), self.block), most)
        square = g.op("Expand", g.constant(1.0), g.op("Concat", self.size, self.size, axis=0))
        self.upto = g.op("Trilu", square, upper=1)  # (Q, Q), 1 where the row is not after the column
        # One for each head: were there one for all, their rows would be one product, which threads cut by columns, and narrow
        # products are summed in longer runs.
        self.prefix = g.op("Expand", self.upto, g.ints(HEADS, 1, 1))
        self.block_ones = self.ones(g, self.size, 0)

    def pack_places(self, g: GraphBuilder, mask: str) -> None:
        flat = g.op("Reshape", mask, g.ints(-1))
        real = g.op("Reshape", g.op("NonZero", flat), g.ints(-1))
        self.places, self.spare = real, g.op("Shape", real)  # (N): in (B * T); (1): the row below the packed ones
        before = g.op("CumSum", flat, g.constant(0, np.int64), exclusive=1)
        rows = g.op("Where", g.op("Cast", flat, to=TensorProto.BOOL), before, self.spare)
        self.rows = g.op("Reshape", rows, self.shape)  # (B, T): packed row of each place, the spare at padding
        self.some_rows = g.op("Min", self.rows, g.op("Sub", self.spare, g.ints(1)))  # as rows, any row at padding

    def near_places(self, g: GraphBuilder) -> None:
        """(B*C, 1, Q + 2): packed rows of each block's places and of one on either side, each of three parts side by side."""
        self.of_block = g.op("Reshape", self.rows, g.op("Concat", g.ints(-1), self.size, axis=0))  # (B*C, Q)
        around = g.op("Pad", self.rows, g.ints(0, 1, 0, 1), self.spare, mode="constant")
        wide = g.op("Add", self.size, g.ints(2))
        starts = g.op("Range", g.ints(0), self.tokens, self.size)
        near = g.op("Add", g.unsqueeze(starts, 1), self.counted(g, wide))
        near = g.op("Reshape", g.op("Gather", around, near, axis=1), g.op("Concat", g.ints(-1, 1), wide, axis=0))
        first = g.op("Mul", near, g.ints(3))
        self.near = [first, g.op("Add", first, g.ints(1)), g.op("Add", first, g.ints(2))]

    def by_place(self, g: GraphBuilder) -> str:
        """(T, 2, B): packed rows, each of two parts one under another, where a text is one block."""
        rows = g.op("Mul", g.op("Transpose", self.rows, perm=[1, 0]), g.ints(2))
        return g.op("Add", g.unsqueeze(rows, 1), g.constant([[0], [1]], np.int64))

    @staticmethod
    def with_spare(g: GraphBuilder, x: str, width: int) -> str:
        """x (N, width) with zeros below: (N + 1, width)."""
        return g.op("Concat", x, g.constant(np.zeros((1, width))), axis=0)

    def shut(self, g: GraphBuilder) -> str:
        """What is added to a score of each place, (B, T): 0, and SHUT at padding."""
        return g.op("Mul", g.op("Sub", self.mask, g.constant(1.0)), g.constant(-SHUT))

    def pack(self, g: GraphBuilder, x: str) -> str:
        """(B * T, n) -> (N, n)."""
        return g.op("Gather", x, self.places, axis=0)

    def unpack(self, g: GraphBuilder, x: str) -> str:
        """(N + 1, n) -> (B, T, n), the spare row at padding."""
        return g.op("Gather", x, self.rows, axis=0)

    def by_pair(self, g: GraphBuilder, x: str, tokens: "Context") -> str:
        """Packed tokens (N + 1, n), the spare row 0 -> (M, 2, n): the two of each of these packed pairs."""
        rows = g.op("Gather", g.op("Reshape", tokens.rows, g.ints(-1, 2)), self.places, axis=0)
        return g.op("Gather", x, rows, axis=0)

    def unpack_some(self, g: GraphBuilder, x: str) -> str:
        """(N, n) -> (B, T, n), some row at padding."""
        return g.op("Gather", x, self.some_rows, axis=0)

    @staticmethod
    def ones(g: GraphBuilder, size: str, wide_axis: int = 1) -> str:
        """(size, ONES_WIDTH), or the other way round."""
        shape = [size, g.ints(ONES_WIDTH)] if wide_axis == 1 else [g.ints(ONES_WIDTH), size]
        return g.op("Expand", g.constant(1.0), g.op("Concat", *shape, axis=0))

    @staticmethod
    def counted(g: GraphBuilder, size: str) -> str:
        return g.op("Range", g.ints(0), size, g.ints(1))
