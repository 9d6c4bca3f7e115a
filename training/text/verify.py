"""Stage 12: proves what the graph promises and adds it to metrics.json as tables.

Difference to the PyTorch reference; bits alone, in a batch, among neighbours of the same length, with more padding, with
two threads and in the graph for one text; time and memory of long texts; a crisis told among everyday sentences
and somewhere in a long calm text.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from challenge import Challenge
from data import add_arguments, batches, open_tokenizer, pad, read_rows, tokenise
from export import ALONE_UP_TO, write_json
from figures import Tables, number
from measure_risk import Crisis
from model import TextEncoder, open_checkpoint
from score_rows import BLOCK, MULTIPLE, SINGLE_BLOCK_UP_TO, feed, open_graph, run_rows
from tokenizers import Tokenizer

LONG = (8, 1024, 4096, 16384)


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
            ids, mask = pad(chosen, 2)
            expected = model(torch.from_numpy(ids), torch.from_numpy(mask).float())
        for name, value in zip(expected, session.run(list(expected), feed(chosen))):
            largest = max(largest, float(np.abs(value - expected[name].numpy()).max()))
    return largest


def one_row(session, rows: list[np.ndarray], at: int, extra: int = 0) -> list[np.ndarray]:
    """All outputs of row `at` run together with `rows`, the tokens' shares cut to its own length."""
    known = {given.name for given in session.get_inputs()}
    values = session.run(None, {name: value for name, value in feed(rows, extra).items() if name in known})
    return [v[at, : len(rows[at])] if v.ndim == 3 else v[at] for v in values]


def differing_bits(graph: Path, rows: list[np.ndarray], others: list[np.ndarray], seed: int) -> dict[str, int | str]:
    """How many of `rows` change a bit by what surrounds them; `others` are the neighbours to draw from."""
    generator = np.random.default_rng(seed)
    one, two, lone = open_graph(graph, 1), open_graph(graph, 2), open_graph(graph.parent / "alone.onnx", 2)
    padded = [-(-len(row) // MULTIPLE) for row in others]
    changed = dict.fromkeys(("batch", "neighbours", "padding", "batch and padding", "two threads", "graph for one text"), 0)
    for row in rows:
        alone = one_row(one, [row], 0)
        long = len(row) > SINGLE_BLOCK_UP_TO
        drawn = [others[i] for i in generator.integers(0, len(others), 3 if long else 7)]
        place = int(generator.integers(0, len(drawn)))
        mixed = [*drawn[:place], row, *drawn[place:]]
        similar = [other for other, size in zip(others, padded) if size == -(-len(row) // MULTIPLE)][:3]
        extra = int(generator.integers(1, 4)) * (BLOCK if long else MULTIPLE)
        runs = {
            "batch": (one, mixed, place, 0), "neighbours": (one, [*similar, row], len(similar), 0),
            "padding": (one, [row], 0, extra), "batch and padding": (one, mixed, place, extra),
            "two threads": (two, [row], 0, 0), **({"graph for one text": (lone, [row], 0, 0)} if len(row) <= ALONE_UP_TO else {}),
        }  # fmt: skip
        for name, run in runs.items():
            changed[name] += any(a.tobytes() != b.tobytes() for a, b in zip(alone, one_row(*run)))
    if all(len(row) > SINGLE_BLOCK_UP_TO for row in rows):
        changed["graph for one text"] = "–"
    return changed


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


def plain_signs() -> list[str]:
    return [row["text"] for row in Challenge().failures if row["kind"] == "plain" and row["crisis"]]


def diluted(session, tokenizer: Tokenizer, comments: list[str], crisis: Crisis) -> dict[str, list[str | int]]:
    """What is decided of a plain statement at the start, in the middle and at the end of a few everyday comments."""
    generator, rows = np.random.default_rng(0), {}
    for count in (0, 1, 2, 4, 8, 16):
        texts = []
        for sign in plain_signs():
            for share in (0.0, 0.5, 1.0):
                calm = [comments[i] for i in generator.integers(0, len(comments), count)]
                at = round(share * count)
                texts.append({"text": " ".join([*calm[:at], sign, *calm[at:]])})
        tokens = tokenise(tokenizer, texts)
        logits = run_rows(session, tokens, ["crisis"])["crisis"]
        name = f"among {count} everyday comment{'' if count == 1 else 's'}" if count else "by itself"
        rows[f"a plain statement {name}"] = [
            len(texts), round(float(np.mean([len(row) for row in tokens]))), number(float((crisis.decided(logits) >= 2).mean())),
            number(float(crisis.expected(logits).mean())),
        ]  # fmt: skip
    return rows


def buried(session, tokenizer: Tokenizer, comments: list[str], crisis: Crisis, tokens: int = 4096, cases: int = 24) -> dict:
    """How often a crisis at the start, middle or end of a long calm text ranks it above the same text without."""
    signs = plain_signs()[:cases]
    generator, above = np.random.default_rng(0), {}
    for place, share in (("start", 0.0), ("middle", 0.5), ("end", 1.0)):
        texts = []
        for sign in signs:
            calm: list[str] = []
            while sum(len(text.split()) for text in calm) < tokens / 1.35:
                calm.append(comments[generator.integers(len(comments))])
            at = round(share * len(calm))
            texts += [" ".join([*calm[:at], sign, *calm[at:]]), " ".join(calm)]
        rows = tokenise(tokenizer, [{"text": text} for text in texts])
        expected = crisis.expected(run_rows(session, rows, ["crisis"])["crisis"])
        above[f"crisis at the {place} of some {tokens} tokens"] = [
            len(signs), number(float((expected[::2] > expected[1::2]).mean())), number(float(expected[::2].mean())),
            number(float(expected[1::2].mean())),
        ]  # fmt: skip
    return above


def main() -> None:
    if "--long" in sys.argv[1:2]:
        run_long(int(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", default="final", help="the checkpoint that --out was exported from")
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    parser.add_argument("--texts", type=int, default=100, help="short texts for the comparison of bits")
    options = parser.parse_args()
    torch.set_num_threads(1)
    graph, tables = options.out / "onnx/model.onnx", Tables()
    tokenizer, session = open_tokenizer(options.out / "tokenizer.json"), open_graph(graph)
    comments = read_rows(options.data, "goemotions.dev")
    short = tokenise(tokenizer, comments) + tokenise(tokenizer, read_rows(options.data, "cssrs_posts.dev"))
    posts = [row["text"] for row in read_rows(options.data, "cssrs_posts.train")]
    joined = [{"text": " ".join(posts[i : i + 5 + i % 7])} for i in range(0, 400, 10)]
    long = [row for row in tokenise(tokenizer, joined) if len(row) > SINGLE_BLOCK_UP_TO]
    chosen = [short[i] for i in np.random.default_rng(options.seed).choice(len(short), options.texts, replace=False)]
    model = stored_as_half(open_checkpoint(options.work / f"{options.checkpoint}.pt"))
    rows = {}
    for name, texts, others in (("up to 256 tokens", chosen, short), ("above 256 tokens", long[:6], long)):
        bits = differing_bits(graph, texts, others, options.seed)
        rows[name] = [len(texts), *bits.values()]
    tables.add("bits", "Texts with a changed bit", ["texts", *bits], rows)
    difference = [f"{difference_to_reference(session, model, part):.1e}" for part in (chosen, long[:6])]
    tables.add("reference", "Largest difference to the PyTorch reference", ["logit"], dict(zip(("short texts", "long texts"), [[d] for d in difference])))
    timed = {tokens: long_text(graph, tokens) for tokens in LONG}
    rows = {f"{tokens} tokens": [number(t["seconds"]), round(t["peak_mb"])] for tokens, t in timed.items()}
    tables.add("engine", "One text", ["seconds of processor time", "peak memory of the process, MB"], rows)
    head = next(h for h in json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))["heads"] if h["name"] == "crisis")
    calm = [row["text"] for row in comments if row["labels"] == ["neutral"]]
    found = diluted(session, tokenizer, calm, Crisis(head))
    tables.add("diluted", "A plain statement of a crisis among everyday comments", ["texts", "tokens, mean", "decided 2 or more", "mean severity"], found)
    found = buried(session, tokenizer, calm, Crisis(head))
    tables.add("buried", "One statement in a long calm text", ["texts", "ranked above", "mean severity with", "mean severity without"], found)
    path = options.out / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**metrics, "tables": metrics["tables"] | tables.all})


if __name__ == "__main__":
    main()
