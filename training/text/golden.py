"""Stage 16: golden.json, 40 synthetic texts with token ids and logits, for the tests of the TypeScript encoder."""

import argparse
import json
from pathlib import Path

import numpy as np
from data import open_tokenizer
from score_rows import feed, open_graph

FIRST_IDS = 64
LONG = (
    "The bus was late again, so I read the notice about the library's new opening hours twice and made a list in my "
    "head of what was left to do this week. I still have to ring my sister, fix the bicycle, and thank the neighbour "
    "for the tomatoes. None of it is urgent, but together it sits on me like a wet coat. "
)
TEXTS = [
    "", " ", "ok", "Thanks!", "HAPPY birthday!!!", "no", "I love this so much, thank you for sharing it.",
    "This made me laugh out loud 😂😂😂", "😭", "👩‍👩‍👧‍👦 family picnic ❤️‍🔥", "I am so angry at how they treated her.",
    "I have no idea what this means, can somebody explain?", "What a lovely surprise, I was not expecting that at all.",
    "I'm nervous about the exam tomorrow.", "We lost our dog yesterday and the house is so quiet now.",
    "I finally got the job. I am proud of myself for once.", "I feel empty and I do not want to wake up tomorrow.",
    "Sometimes I think everyone would be better off without me.",
    "I have written the letters and I know which day it will be.", "I thought about it years ago, but I am safe now.",
    "This traffic is killing me, I am dying for a coffee.", "That joke killed me, I'm dead.",
    "My phone battery died and I want to throw it out of the window.", "I can't cut the bread, the knife is blunt.",
    "I feel alone even when people are around me.", "今天天气很好，我很开心。", "Ich bin heute müde, aber zufrieden.",
    "Я не знаю, что делать.", "مرحبا، كيف حالك؟", "mixed English и русский 和中文 in one line",
    "Café naïve résumé — coöperate, e\u0301 and \u00e9 are the same", "tab\there\nnew line\r\nand\u0000null\u0007bell\u200bzero width",
    "\ufeffbyte order mark \u202eright to left override\u202c", "a" * 120, "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "@[user] look at [link] #feelings https://example.org/path?x=1", "1234567890 +49 170 0000000 3.14 1e-9",
    "½ ﬁ Ⅷ ㎏ ＡＢＣ １２３", (LONG * 10).strip(), (LONG * 40).strip(),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    options = parser.parse_args()
    tokenizer = open_tokenizer(options.out / "tokenizer.json")
    session = open_graph(options.out / "onnx/model.onnx")
    heads = [head["output"] for head in json.loads((options.out / "manifest.json").read_text(encoding="utf-8"))["heads"]]
    rows = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        values = session.run(heads, feed([np.array(ids, np.int64)]))
        logits = {name: [round(float(x), 4) for x in value[0]] for name, value in zip(heads, values)}
        rows.append({"text": text, "tokens": len(ids), "ids": ids[:FIRST_IDS], "logits": logits})
    lines = ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows)
    (options.out / "golden.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(rows)} texts, {max(row['tokens'] for row in rows)} tokens in the longest")


if __name__ == "__main__":
    main()
