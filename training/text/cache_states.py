"""Stage 1: states after the token layers for every training row. They stay as released, so that training can skip them.

Resumable: what is in WORK is not computed again. Several processes can share the tasks: `--only emotion passages`.
"""

import argparse

import torch
from challenge import Challenge
from data import add_arguments, open_tokenizer, tokenise
from model import load_released
from states import States
from tasks import Sets, joint_tasks, unseen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--only", nargs="*", help="names of tasks; all by default")
    parser.add_argument("--skip", nargs="*", default=[], help="names of tasks left to another process")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, model, challenge = open_tokenizer(options.base / "tokenizer.json"), load_released(options.base, options.minilm), Challenge()
    sets = Sets(options.data, unseen(options.data, challenge))
    for task in joint_tasks(sets, challenge, options.soft_labels, options.seed):
        if (options.only and task.name not in options.only) or task.name in options.skip:
            continue
        rows = tokenise(tokenizer, [{"text": text} for text in task.texts], task.limit)
        states = States.kept(options.work / f"states-{task.name}", model, rows)
        print(task.name, len(rows), "rows", int(states.lengths.sum()), "tokens", flush=True)


if __name__ == "__main__":
    main()
