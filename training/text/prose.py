"""Stage 4: gathers prose for the teacher of affect to speak of: WORK/prose.jsonl.gz, {"text", "rating"?} a line.

EmoBank rates news, fiction, letters, essays and reviews, which comments are not. The sentences are of the Brown corpus (fifteen
kinds of print), State of the Union addresses, plots and reviews of films (subjectivity), all three from nltk_data; of VADER's
ratings of snippets (sentiment from -4 to 4, the mean of twenty people: the only ratings used here); and of the situations and
essays in DATA. Nothing that a dev set has is taken.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from challenge import Challenge
from data import add_arguments, normalised
from tasks import Sets, unseen

SHORTEST, LONGEST = 12, 240  # characters of a sentence
AT_MOST = {"brown": 34_000, "addresses": 4_000, "films": 6_000, "snippets": 20_000, "situations": 10_000, "essays": 12_000}
RATED = ("movieReview", "nytEditorial", "amazonReview")


def pieces(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+|\n+", text)


def without_tags(line: str) -> str:
    """A sentence of Brown, word/tag, as it was printed: no space before a point or inside quotation marks."""
    words = [pair.rsplit("/", 1)[0] for pair in line.split()]
    text = re.sub(r" (?=[.,;:?!)'])", "", " ".join(words)).replace("( ", "(").replace("`` ", '"').replace(" ''", '"')
    return re.sub(r'([;?!])\1+', r"\1", text).replace("``", '"').replace("''", '"')


def lines_of(archive: Path, name: str) -> Iterator[str]:
    with zipfile.ZipFile(archive) as opened:
        for entry in sorted(opened.namelist()):
            if re.fullmatch(name, entry):
                yield from opened.read(entry).decode("latin-1").split("\n")


def snippets(archive: Path) -> Iterator[dict]:
    with tarfile.open(archive) as opened:
        for kind in RATED:
            file = opened.extractfile(f"hutto_ICWSM_2014/{kind}Snippets_GroundTruth.txt")
            for line in file.read().decode("latin-1").splitlines():
                _, rating, text = line.split("\t", 2)
                yield {"text": text.strip(), "rating": float(rating)}


def sources(folder: Path, sets: Sets) -> dict[str, list[dict]]:
    def said(texts: Iterator[str]) -> list[dict]:
        return [{"text": text.strip()} for text in texts]

    def sentences(name: str) -> Iterator[str]:
        return (piece for row in sets.rows(name) for piece in pieces(row["text"]))

    return {
        "brown": said(without_tags(line) for line in lines_of(folder / "brown.zip", r"brown/c[a-r]\d\d")),
        "addresses": said(piece for line in lines_of(folder / "state_union.zip", r"state_union/.*\.txt") for piece in pieces(line)),
        "films": said(line for line in lines_of(folder / "subjectivity.zip", r"subjectivity/(plot|quote).*")),
        "snippets": list(snippets(folder / "vader.tar.gz")),
        "situations": said(row["text"] for row in sets.rows("empathetic_situations.train")),
        "essays": said(sentences("essays_big5.train")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--prose", type=Path, required=True, help="brown.zip, state_union.zip, subjectivity.zip and vader.tar.gz")
    options = parser.parse_args()
    held, generator = unseen(options.data, Challenge()), np.random.default_rng(options.seed)
    with gzip.open(options.work / "prose.jsonl.gz", "wt", encoding="utf-8") as file:
        for name, rows in sources(options.prose, Sets(options.data, held)).items():
            rows = [row for row in rows if SHORTEST <= len(row["text"]) <= LONGEST and normalised(row["text"]) not in held]
            chosen = np.sort(generator.permutation(len(rows))[: AT_MOST[name]])
            file.writelines(json.dumps(rows[i]) + "\n" for i in chosen)
            print(name, len(chosen), "of", len(rows), flush=True)


if __name__ == "__main__":
    main()
