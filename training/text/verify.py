"""Stage 5: proves what the graph promises and adds it to metrics.json under `engine`.

Difference to the PyTorch reference; bits alone, in a batch, among neighbours of the same length, with more padding
and with two threads; long texts; speed on sorted batches against a reference graph.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from data import Corpus, add_arguments, batches, open_tokenizer, pad, pad_tensors, tokenise
from export import BLOCK, SINGLE_BLOCK_UP_TO, feed, open_graph, write_json
from model import TextEncoder, open_checkpoint

LONG = (8, 1024, 4096, 16384)
OUTPUTS = ("emotion", "crisis", "emotion_tokens", "crisis_tokens")


def stored_as_half(model: TextEncoder) -> TextEncoder:
    """The reference with its matrices rounded to fp16 as in the file."""
    with torch.no_grad():
        words = (model.words.weight + model.segment).half().float()
        for parameter in model.parameters():
            if parameter.ndim == 2 and min(parameter.shape) > 3:
                parameter.copy_(parameter.half().float())
        model.words.weight.copy_(words)
        model.segment.zero_()
    return model


def difference_to_reference(session, model: TextEncoder, rows: list[np.ndarray]) -> float:
    """Largest absolute difference of any logit."""
    largest = 0.0
    for group in batches(np.array([len(row) for row in rows]), 16):
        chosen = [rows[i] for i in group]
        with torch.no_grad():
            expected = model(*pad_tensors(chosen))
        for name, value in zip(expected, session.run(list(expected), feed(chosen))):
            largest = max(largest, float(np.abs(value - expected[name].numpy()).max()))
    return largest


def one_row(session, rows: list[np.ndarray], at: int, extra: int = 0) -> list[np.ndarray]:
    """All outputs of row `at` run together with `rows`, the tokens' shares cut to its own length."""
    values = session.run(list(OUTPUTS), feed(rows, extra))
    return [v[at, : len(rows[at])] if v.ndim == 3 else v[at] for v in values]


def differing_bits(graph: Path, rows: list[np.ndarray], others: list[np.ndarray], seed: int) -> dict[str, int]:
    """How many of `rows` change a bit by what surrounds them; `others` are the neighbours to draw from."""
    generator = np.random.default_rng(seed)
    one, two = open_graph(graph, 1), open_graph(graph, 2)
    padded = [-(-len(row) // 8) for row in others]
    changed = dict.fromkeys(("batch", "neighbours", "padding", "batch and padding", "two threads"), 0)
    for row in rows:
        alone = one_row(one, [row], 0)
        long = len(row) > SINGLE_BLOCK_UP_TO
        drawn = [others[i] for i in generator.integers(0, len(others), 3 if long else 7)]
        place = int(generator.integers(0, len(drawn)))
        mixed = [*drawn[:place], row, *drawn[place:]]
        similar = [other for other, size in zip(others, padded) if size == -(-len(row) // 8)][:3]
        extra = int(generator.integers(1, 4)) * (BLOCK if long else 8)
        runs = {
            "batch": (one, mixed, place, 0), "neighbours": (one, [*similar, row], len(similar), 0),
            "padding": (one, [row], 0, extra), "batch and padding": (one, mixed, place, extra),
            "two threads": (two, [row], 0, 0),
        }  # fmt: skip
        for name, run in runs.items():
            changed[name] += any(a.tobytes() != b.tobytes() for a, b in zip(alone, one_row(*run)))
    return changed


def rows_a_second(graph: Path, reference: Path, rows: list[np.ndarray], repeats: int = 5) -> dict[str, float]:
    """Comments a second of processor time, best of `repeats` alternating runs over sorted batches of 32, one thread."""
    groups = [g for g in list(batches(np.array([len(row) for row in rows]), 32))[::10] if len(g) == 32]
    sessions = {"graph": open_graph(graph), "reference": open_graph(reference)}
    known = {name: {i.name for i in session.get_inputs()} for name, session in sessions.items()}
    feeds = [feed([rows[i] for i in group]) for group in groups]
    best = dict.fromkeys(sessions, 0.0)
    for _ in range(repeats):
        for name, session in sessions.items():
            inputs = [{k: v for k, v in f.items() if k in known[name]} for f in feeds]
            start = time.process_time()
            for values in inputs:
                session.run([session.get_outputs()[0].name], values)
            best[name] = max(best[name], 32 * len(feeds) / (time.process_time() - start))
    return best


def long_text(graph: Path, tokens: int) -> dict[str, float]:
    """Seconds of processor time and peak memory of the process for one text, in a process of its own (Linux)."""
    command = [sys.executable, __file__, "--long", str(tokens), str(graph)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run_long(tokens: int, graph: Path) -> None:
    row = np.random.default_rng(0).integers(1000, 30000, tokens)
    row[0], row[-1] = 101, 102
    session = open_graph(graph)
    session.run(["emotion"], feed([row[:8]]))
    start = time.process_time()
    value = session.run(["emotion", "crisis"], feed([row]))[0]
    assert np.isfinite(value).all()
    seconds = time.process_time() - start
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    print(json.dumps({"seconds": seconds, "peak_mb": peak_kb / 1024}))


def main() -> None:
    if "--long" in sys.argv[1:2]:
        run_long(int(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", required=True, help="the checkpoint that --out was exported from")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    parser.add_argument("--texts", type=int, default=200, help="short texts for the comparison of bits")
    options = parser.parse_args()
    torch.set_num_threads(1)
    graph = options.out / "onnx/model.onnx"
    corpus, tokenizer = Corpus(options.data), open_tokenizer(options.out / "tokenizer.json")
    short = tokenise(tokenizer, corpus.emotion_dev) + tokenise(tokenizer, corpus.crisis_dev)
    posts = [row["text"] for row in corpus.crisis_train]
    joined = [{"text": " ".join(posts[i : i + 5 + i % 7])} for i in range(0, 400, 10)]
    long = [row for row in tokenise(tokenizer, joined) if len(row) > SINGLE_BLOCK_UP_TO]
    model = open_checkpoint(options.work / f"{options.checkpoint}.pt")
    stored_as_half(model)
    session = open_graph(graph)
    chosen = np.random.default_rng(options.seed).choice(len(short), options.texts, replace=False)
    speed = rows_a_second(graph, options.base / "onnx/model.onnx", short[: len(corpus.emotion_dev)])
    engine = {
        "runtime": f"onnxruntime {onnxruntime.__version__}, CPU, one thread",
        "file_mb": round(graph.stat().st_size / 1e6, 2),
        "comments_a_processor_second": {name: round(value, 1) for name, value in speed.items()},
    }
    print(engine, flush=True)
    engine["largest_difference_to_pytorch"] = {
        "short": difference_to_reference(session, model, [short[i] for i in chosen]),
        "long": difference_to_reference(session, model, long[:8]),
    }
    print(engine["largest_difference_to_pytorch"], flush=True)
    engine["texts_with_a_changed_bit"] = {
        "short": {"texts": len(chosen), **differing_bits(graph, [short[i] for i in chosen], short, options.seed)},
        "long": {"texts": len(long[:6]), **differing_bits(graph, long[:6], long, options.seed)},
    }
    print(engine["texts_with_a_changed_bit"], flush=True)
    engine["one_text"] = {str(tokens): long_text(graph, tokens) for tokens in LONG}
    print(engine["one_text"], flush=True)
    path = options.out / "metrics.json"
    write_json(path, {**json.loads(path.read_text(encoding="utf-8")), "engine": engine})


if __name__ == "__main__":
    main()
