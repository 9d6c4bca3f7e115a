"""Stage 13: the int8 form of a model folder: ranges from training texts, the small graph, and where its weights come from.

The graph has no weights: the runtime builds them from the fp16 ones inside model.onnx, at the places written into the
manifest, and checks their hash. Guards and margins come from train texts too. What the form costs is in int8_figures.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from export import sha256, write_json
from int8_graph import build_int8
from model import open_checkpoint
from margins import HEADS, margin_of
from onnx import TensorProto
from rounding import measured_ranges
from score_rows import feed, grouped, open_graph, run_rows
from sharing import KEEP_WITHIN, place_outside
from tasks import Sets, unseen

DATA, ALIGNMENT = "int8.bin", 64
POSTS = {"cssrs_posts": 150, "dreaddit": 100, "loneliness_irf": 100}  # of which both forms are asked
GUARDED = (4096, 512)  # comments and posts whose counters tell what is usual: of a short text one value in 96 counts for much
SLACK = 1.5  # a row is refused when a counter exceeds the greatest of these texts by this factor


def calibration_texts(sets: Sets, comments: int = 256, posts: int = 64) -> list[str]:
    """Train comments and posts."""
    generator = np.random.default_rng(7)
    return sets.drawn(generator, comments, "goemotions.train") + sets.drawn(generator, posts, "loneliness_irf.train", "cssrs_posts.train")


def margins(manifest: dict, sets: Sets, full, low, tokenizer) -> dict[str, float]:
    """Of every head that has one, from train posts of people in distress: elsewhere both forms agree more closely."""
    generator = np.random.default_rng(11)
    posts = [text for name, count in POSTS.items() for text in sets.drawn(generator, count, f"{name}.train")]
    posts = tokenise(tokenizer, [{"text": text} for text in posts])
    heads = {head["name"]: head for head in manifest["heads"]}
    one, other = (run_rows(session, posts, [*HEADS]) for session in (full, low))
    return {name: margin_of(heads[name], one[name], other[name]) for name in HEADS}


def place_weights(built: onnx.ModelProto, int8: dict, file: bytes) -> tuple[list[dict], str]:
    """Moves large tensors out of the graph: entries of `built_from` and the sha256 of the weights that come of them."""
    entries, digest, position = [], hashlib.sha256(), 0
    for tensor in built.graph.initializer:
        raw = tensor.raw_data
        if tensor.name not in int8 and (len(raw) < KEEP_WITHIN or tensor.data_type != TensorProto.FLOAT16):
            continue
        if tensor.name in int8:
            source, scales, factors = int8[tensor.name]
            origin, more = source.tobytes(), {"scales": [float(scale) for scale in scales]}
            if factors is not None:
                more["factors"] = {str(row): float(factors[row]) for row in np.flatnonzero(factors.numpy() != 1)}
        else:
            origin, more = raw, {}
        offset = file.find(origin)
        if offset < 0:
            raise SystemExit(f"{tensor.name} is not in model.onnx")
        rows, cols = (list(tensor.dims) + [1])[:2]
        entries.append({"tensor": tensor.name, "file": "onnx/model.onnx", "offset": offset, "length": len(origin), "rows": rows, "cols": cols, **more})
        place_outside(tensor, DATA, position, len(raw))
        padded = raw + bytes(-len(raw) % ALIGNMENT)
        digest.update(padded)
        position += len(padded)
    return entries, digest.hexdigest()


def greatest_counters(session, rows: list[np.ndarray], names: list[str]) -> dict[str, float]:
    """Greatest value of each counter over the calibration texts."""
    groups = grouped(np.array([len(row) for row in rows]), 16)
    found = [session.run(["counters"], feed([rows[i] for i in group]))[0].max(axis=0) for group in groups]
    return dict(zip(names, np.max(found, axis=0).tolist()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="final", help="the checkpoint that --out was exported from")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = open_checkpoint(options.work / f"{options.checkpoint}.pt"), open_tokenizer(options.out / "tokenizer.json")
    sets = Sets(options.data, unseen(options.data, Challenge()))
    rows = tokenise(tokenizer, [{"text": text} for text in calibration_texts(sets)])
    factors = {name: torch.from_numpy(values) for name, values in np.load(options.work / "steady.npz").items()}
    ranges = measured_ranges(model, rows, factors)
    built, quantiser = build_int8(model, ranges)
    onnx.save(built, options.work / "int8-whole.onnx")
    usual = tokenise(tokenizer, [{"text": text} for text in calibration_texts(sets, *GUARDED)])
    greatest = greatest_counters(open_graph(options.work / "int8-whole.onnx"), usual, quantiser.counters)
    entries, digest = place_weights(built, quantiser.int8, (options.out / "onnx/model.onnx").read_bytes())
    graph = options.out / "onnx/int8.onnx"
    graph.write_bytes(built.SerializeToString())
    path = options.out / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"]["onnx/int8.onnx"] = sha256(graph)
    least = {"sat_": 0.01, "loss_": 0.05}
    guards = {name: round(max(value * SLACK, least[name.split("_")[0] + "_"]), 6) for name, value in greatest.items()}
    manifest["int8"] = {"graph": "onnx/int8.onnx", "data": DATA, "built_from": entries, "sha256": digest, "guards": guards}
    sessions = (open_graph(folder) for folder in (options.out / "onnx/model.onnx", options.work / "int8-whole.onnx"))
    manifest["int8"]["margins"] = margins(manifest, sets, *sessions, tokenizer)
    write_json(path, manifest)
    print(f"margins {manifest['int8']['margins']}; {len(entries)} tensors, graph of {graph.stat().st_size} bytes; greatest counters {greatest}")


if __name__ == "__main__":
    main()
