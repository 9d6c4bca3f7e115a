"""The challenge pairs: a calm, oblique sign beside an innocent look-alike, held apart by writer and by template."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "challenge"


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


class Challenge:
    """All pairs with their split: by writer; and a template that test knows is in no other split, nor one of dev in train."""

    # What a sign and a look-alike teach of severity > k, k = 0..5: a judgement that the writers of the pairs share.
    SIGN = (0.95, 0.9, 0.8, 0.65, 0.5, 0.3)
    INNOCENT = (0.05, 0.03, 0.02, 0.01, 0.01, 0.0)
    WRITERS = {"dev": ("b4",), "test": ("a5", "b2", "c4")}

    def __init__(self, folder: Path = FOLDER) -> None:
        self.pairs = [pair for path in sorted(folder.glob("pairs-*.jsonl")) for pair in read_lines(path)]
        self.plain = read_lines(folder / "plain.jsonl") if (folder / "plain.jsonl").exists() else []
        self.failures = read_lines(folder / "known-failures.jsonl") if (folder / "known-failures.jsonl").exists() else []

    def writer_split(self, writer: str) -> str:
        return next((split for split, writers in self.WRITERS.items() if writer in writers), "train")

    def of(self, split: str) -> list[dict]:
        """Pairs of `train`, `dev` or `test`, in the order of the files."""
        stronger = {"train": ("dev", "test"), "dev": ("test",), "test": ()}[split]
        taken = {pair["template"] for pair in self.pairs if self.writer_split(pair["writer"]) in stronger}
        return [p for p in self.pairs if self.writer_split(p["writer"]) == split and p["template"] not in taken]

    def held_texts(self) -> list[str]:
        held = [pair for split in ("dev", "test") for pair in self.of(split)]
        return [pair[side] for pair in held for side in ("sign", "innocent")] + [row["text"] for row in self.failures]
