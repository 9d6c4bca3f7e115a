"""A second graph of the same weights: a small file that finds them in the first."""

from __future__ import annotations

import onnx
from onnx import TensorProto

KEEP_WITHIN = 1024  # bytes: smaller constants stay in the graph


def place_outside(tensor: onnx.TensorProto, location: str, offset: int, length: int) -> None:
    """The tensor's bytes are read from a file beside the graph."""
    del tensor.external_data[:]
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(value)
    tensor.ClearField("raw_data")


def borrow(graph: onnx.ModelProto, location: str, file: bytes) -> None:
    """Large tensors of the graph that stand in that file, byte for byte, are read from there."""
    for tensor in graph.graph.initializer:
        raw = tensor.raw_data
        offset = file.find(raw) if len(raw) >= KEEP_WITHIN else -1
        if offset >= 0:
            place_outside(tensor, location, offset, len(raw))
