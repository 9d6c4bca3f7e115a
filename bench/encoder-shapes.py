"""Writes transformers of given shapes, with random weights, as folders that transformers.js opens: python encoder-shapes.py OUT TOKENIZER_DIR

Nodes are those of an ordinary export (MatMul, Softmax, LayerNormalization, Erf), so that the engine fuses what it can.
All use one tokenizer, so that every model sees the same tokens; the rows of the word table are as in the named model.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

POSITIONS, LABELS = 4608, 28
# layers, width, heads, words, type of the configuration, layers before neighbours are merged into pairs (none: 0)
SHAPES = {
    "roberta-base": (12, 768, 12, 50265, "roberta", 0), "distilbert": (6, 768, 12, 30522, "distilbert", 0),
    "minilm": (6, 384, 12, 30522, "bert", 0), "minilm-pairs": (6, 384, 12, 30522, "bert", 2),
}  # fmt: skip


class Writer:
    def __init__(self, width: int, heads: int) -> None:
        self.nodes, self.initializers, self.random = [], [], np.random.default_rng(0)
        self.width, self.heads = width, heads

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def tensor(self, array: np.ndarray) -> str:
        name = f"tensor_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, *shape: int) -> str:
        return self.tensor((self.random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)))

    def linear(self, x: str, inside: int, outside: int) -> str:
        return self.op("Add", self.op("MatMul", x, self.weight(inside, outside)), self.weight(outside))

    def norm(self, x: str) -> str:
        one, zero = (self.tensor(np.full(self.width, v, np.float32)) for v in (1, 0))
        return self.op("LayerNormalization", x, one, zero, axis=-1, epsilon=1e-12)

    def split(self, x: str, *order: int) -> str:
        shape = self.tensor(np.array([0, 0, self.heads, self.width // self.heads]))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=order)

    def layer(self, x: str, shut: str) -> str:
        width, inner = self.width, 4 * self.width
        q, k, v = (self.linear(x, width, width) for _ in range(3))
        scores = self.op("MatMul", self.split(q, 0, 2, 1, 3), self.split(k, 0, 2, 3, 1))
        scores = self.op("Div", scores, self.tensor(np.float32((width // self.heads) ** 0.5)))
        seen = self.op("MatMul", self.op("Softmax", self.op("Add", scores, shut), axis=-1), self.split(v, 0, 2, 1, 3))
        seen = self.op("Reshape", self.op("Transpose", seen, perm=[0, 2, 1, 3]), self.tensor(np.array([0, 0, width])))
        x = self.norm(self.op("Add", x, self.linear(seen, width, width)))
        y = self.linear(x, width, inner)
        erf = self.op("Erf", self.op("Div", y, self.tensor(np.float32(2**0.5))))
        y = self.op("Mul", self.op("Mul", y, self.op("Add", erf, self.tensor(np.float32(1)))), self.tensor(np.float32(0.5)))
        return self.norm(self.op("Add", x, self.linear(y, inner, width)))


def shut_of(w: Writer, mask: str) -> str:
    """(B, T) of 0 and 1 -> what is added to the logits of attention, (B, 1, 1, T)."""
    wide = w.op("Unsqueeze", w.op("Cast", mask, to=TensorProto.FLOAT), w.tensor(np.array([1, 2])))
    return w.op("Mul", w.op("Sub", w.tensor(np.float32(1)), wide), w.tensor(np.float32(-1e4)))


def build(layers: int, width: int, heads: int, words: int, merge_after: int) -> onnx.ModelProto:
    w = Writer(width, heads)
    axis, zero = w.tensor(np.array([1])), w.tensor(np.array([0]))
    x = w.op("Gather", w.weight(words, width), "input_ids")
    length = w.op("Slice", w.op("Shape", "input_ids"), axis, w.tensor(np.array([2])))
    x = w.norm(w.op("Add", x, w.op("Slice", w.weight(POSITIONS, width), zero, length, zero)))
    shut = shut_of(w, "attention_mask")
    for number in range(layers):
        if merge_after and number == merge_after:
            x = w.op("Reshape", x, w.tensor(np.array([0, -1, 2 * width])))
            x = w.norm(w.op("MatMul", x, w.weight(2 * width, width)))
            every_second = w.op("Slice", "attention_mask", zero, w.tensor(np.array([2**40])), axis, w.tensor(np.array([2])))
            shut = shut_of(w, every_second)
        x = w.layer(x, shut)
    first = w.op("Gather", x, w.tensor(np.array(0)), axis=1)
    logits = w.op("Add", w.op("MatMul", first, w.weight(width, LABELS)), w.weight(LABELS))
    w.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    outputs = [value("logits", TensorProto.FLOAT, ["batch", LABELS])]
    graph = helper.make_graph(w.nodes, "transformer", inputs, outputs, w.initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def one_product(rows: int, inside: int, outside: int) -> onnx.ModelProto:
    """x (rows, inside) times a constant: what a matrix product alone can do."""
    w = Writer(inside, 1)
    w.nodes.append(helper.make_node("MatMul", ["x", w.weight(inside, outside)], ["y"]))
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        w.nodes, "product", [info("x", TensorProto.FLOAT, [rows, inside])], [info("y", TensorProto.FLOAT, [rows, outside])], w.initializers
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def main() -> None:
    out, tokenizer = Path(sys.argv[1]), Path(sys.argv[2])
    for name, (layers, width, heads, words, kind, merge_after) in SHAPES.items():
        folder = out / name
        if (folder / "config.json").exists():
            continue
        (folder / "onnx").mkdir(parents=True, exist_ok=True)
        onnx.save(build(layers, width, heads, words, merge_after), folder / "onnx/model.onnx")
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(tokenizer / file, folder / file)
        config = {
            "model_type": kind, "vocab_size": words, "hidden_size": width, "num_hidden_layers": layers,
            "num_attention_heads": heads, "id2label": {str(i): f"label {i}" for i in range(LABELS)},
        }  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    onnx.save(one_product(512, 384, 1536), out / "product.onnx")


if __name__ == "__main__":
    main()
