"""Stage 5: a larger frozen encoder (all-mpnet-base-v2) teaches severity and affect; it is not shipped.

Its states of a text, averaged over tokens after some layers, feed linear fits on the rated rows of train. What those say
of rated rows left out in turn (posts: by author), of unrated posts of the same forums and, for affect, of comments is what
refine.py and thaw.py learn from, so no row teaches its own rating twice.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from calibration import sigmoid
from challenge import Challenge
from crisis_head import author_folds
from data import add_arguments, batches
from sklearn.linear_model import LogisticRegression, Ridge
from tasks import Sets, unseen
from transformers import AutoTokenizer, MPNetModel

LAYERS = (6, 9, 11, 12)  # after which states are kept
SEVERITY_LAYERS, SEVERITY_STRENGTH = (1, 3), 0.003
AFFECT_PENALTY = 10_000.0
FOLDS, COMMENTS = 5, 20_000


def pooled(path: Path, model: MPNetModel, tokenizer: AutoTokenizer, texts: list[str], limit: int) -> np.ndarray:
    """Means over tokens after each of LAYERS, (texts, len(LAYERS), 768); read from `path` where it is there."""
    if path.exists():
        return np.load(path).astype(np.float32)
    rows = [np.array(tokenizer(text, truncation=True, max_length=limit)["input_ids"]) for text in texts]
    lengths, found, start = np.array([len(row) for row in rows]), np.zeros((len(rows), len(LAYERS), 768), np.float32), time.monotonic()
    with torch.no_grad():
        for group in batches(lengths, 16):
            ids = torch.full((len(group), int(lengths[group].max())), tokenizer.pad_token_id)
            mask = torch.zeros(ids.shape)
            for place, row in enumerate(group):
                ids[place, : lengths[row]], mask[place, : lengths[row]] = torch.from_numpy(rows[row]), 1
            states = model(ids, attention_mask=mask, output_hidden_states=True).hidden_states
            for place, layer in enumerate(LAYERS):
                found[group, place] = ((states[layer] * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).numpy()
    print(f"{path.stem}: {lengths.sum()} tokens, {time.monotonic() - start:.0f} s", flush=True)
    np.save(path, found)
    return found


def severity_fits(states: np.ndarray, targets: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Logits of severity > k of `others` (rows, 6), by fits on `states` (rows, n) with targets (rows, 6)."""
    centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    fits = [LogisticRegression(C=SEVERITY_STRENGTH, max_iter=500).fit((states - centre) / spread, column) for column in targets.T]
    return np.stack([fit.decision_function((others - centre) / spread) for fit in fits], axis=1)


def affect_fit(states: np.ndarray, values: np.ndarray, others: np.ndarray) -> np.ndarray:
    centre, spread = states.mean(axis=0), states.std(axis=0) + 1e-6
    return Ridge(alpha=AFFECT_PENALTY).fit((states - centre) / spread, values).predict((others - centre) / spread)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mpnet", type=Path, required=True, help="folder of all-mpnet-base-v2")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, model = AutoTokenizer.from_pretrained(options.mpnet), MPNetModel.from_pretrained(options.mpnet).eval()
    sets = Sets(options.data, unseen(options.data, Challenge()))
    rated, affect = sets.crisis("train"), sets.affect("train")

    def states(name: str, texts: list[str], limit: int) -> np.ndarray:
        return pooled(options.work / f"mpnet-{name}.npy", model, tokenizer, texts, limit)

    posts = states("crisis", rated.texts, 384)[:, SEVERITY_LAYERS].reshape(len(rated.texts), -1)
    fold, logits = author_folds(rated, FOLDS, options.seed), np.zeros(rated.targets.shape)
    for held in range(FOLDS):
        logits[fold == held] = severity_fits(posts[fold != held], rated.targets[fold != held], posts[fold == held])
    kept = {"crisis": sigmoid(logits)}
    for name, limit in (("user-posts", 384), ("forum", 128)):
        task = sets.user_posts() if name == "user-posts" else sets.forum()
        found = states(name, task.texts, limit)[:, SEVERITY_LAYERS].reshape(len(task.texts), -1)
        kept[name] = sigmoid(severity_fits(posts, rated.targets, found))
    words = states("affect", affect.texts, 128).reshape(len(affect.texts), -1)
    fold, said = np.random.default_rng(options.seed).permutation(len(words)) % FOLDS, np.zeros(affect.targets.shape)
    for held in range(FOLDS):
        said[fold == held] = affect_fit(words[fold != held], affect.targets[fold != held], words[fold == held])
    print("affect left out, r:", [round(float(np.corrcoef(said[:, k], affect.targets[:, k])[0, 1]), 3) for k in range(3)])
    comments = sets.emotion(options.soft_labels).texts
    chosen = np.sort(np.random.default_rng(options.seed).permutation(len(comments))[:COMMENTS])
    kept["comments"] = np.full((len(comments), affect.targets.shape[1]), np.nan)
    found = states("comments", [comments[i] for i in chosen], 64).reshape(len(chosen), -1)
    kept["comments"][chosen] = affect_fit(words, affect.targets, found)
    np.savez(options.work / "teacher.npz", **kept, affect=said)


if __name__ == "__main__":
    main()
