"""Figures of a finished training: people left out, a forest on hand-made features beside it, another data set unseen.

Writes `figures.json` (numbers with intervals over people, calibration, threshold) for export.py.
A person's decisions always use a calibration and threshold found on the other people.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import f1_score, roc_auc_score

from baseline import KNOWN
from blocks import NONE, SETTLED, Stream, streams
from data import STATES
from figures import balanced, binary, calibrate, crossed, macro_f1, over_people, ppv, sigmoid, temperature
from model import WearableHybrid
from quality import KINDS, spoilt
from sampler import STRESS
from train import ABLATIONS, EVERYBODY, MODES, predict


def loaded(path: Path) -> WearableHybrid:
    model = WearableHybrid()
    model.load_state_dict(torch.load(path))
    return model.eval()


def forests(work: Path, truth: dict, states: dict) -> tuple[dict, dict]:
    """What baseline.py found, by what the forest knows of the person: figures, and the scores with the rule they would ship with."""
    figures, kept = {}, {}
    for name in KNOWN:
        found = dict(np.load(work / "forests" / f"{name}.npz"))
        scores, guess = ({p: found[f"{kind} {p}"] for p in truth} for kind in "sg")
        figures[name] = {**binary(scores, truth), "state_macro_f1": macro_f1(guess, states)}
        kept[name] = {k[2:]: v for k, v in found.items() if k.startswith("o ")}, calibrate(scores, truth)
    return figures, kept


def shuffled(person: Stream, rng: np.random.Generator) -> Stream:
    """A person's conditions joined in random order, with nothing between them: the protocol's order taken away."""
    edges = np.flatnonzero(np.diff(person.labels, prepend=NONE, append=NONE))
    parts = [np.arange(a, b) for a, b in zip(edges, edges[1:]) if person.labels[a] != NONE]
    order = [parts[i] for i in rng.permutation(len(parts))]
    first = np.concatenate([np.arange(len(part)) for part in order])
    places = np.concatenate(order)
    return Stream(person.person, {k: v[places] for k, v in person.signals.items()}, person.labels[places], first >= SETTLED - 1)


def out_of_order(people: list[Stream], work: Path, basis: dict, truth: dict, draws: int = 5) -> dict:
    """Balanced accuracy and AUC by mode when each left-out person's conditions come in five random orders."""
    rng = np.random.default_rng(0)
    found: dict[str, dict[str, list]] = {mode: {"balanced_accuracy": [], "auc": []} for mode in MODES}
    for person in people:
        model = loaded(work / f"{person.person}.pt")
        others = {p: t for p, t in truth.items() if p != person.person}
        a, b, cut = calibrate(basis, others)
        orders = [shuffled(person, rng) for _ in range(draws)]
        for mode in MODES:
            pairs = [(o.labels[o.scored] == STRESS, predict(model, o, mode)[o.scored, 0]) for o in orders]
            found[mode]["balanced_accuracy"].append(np.mean([balanced(t, sigmoid(a * x + b) >= cut) for t, x in pairs]))
            found[mode]["auc"].append(np.mean([roc_auc_score(t, x) for t, x in pairs]))
    return {mode: {k: over_people(np.array(v)) for k, v in parts.items()} for mode, parts in found.items()}


def quality(people: list[Stream], work: Path) -> dict:
    """The quality head on people left out, against signals spoilt on purpose."""
    found = {name: {} for name in KINDS}
    for number, person in enumerate(people):
        model = loaded(work / f"{person.person}.pt")
        for name, kind in KINDS.items():
            other, good = spoilt(person, kind, number)
            found[name][person.person] = predict(model, other, "causal")[:, 5], good
    pooled = {p.person: [np.concatenate([found[k][p.person][i] for k in KINDS]) for i in (0, 1)] for p in people}
    scores, truth = ({p: v[i] for p, v in pooled.items()} for i in (0, 1))
    each = lambda name: np.array([roc_auc_score(good, logits) for logits, good in found[name].values()])
    a, b, cut = calibrate(scores, truth)
    return {"kinds": {n: over_people(each(n)) for n in KINDS}, "all": binary(scores, truth), "platt": [a, b], "threshold": cut}


def transferred(folder: Path, model: WearableHybrid, shipped: tuple[float, float, float], kept: dict) -> dict:
    """The final model, as shipped, on Stress-Predict, which it was not trained on, and the forests of all WESAD people."""
    people = [p for p in streams(folder, "stress_predict") if len(set(p.labels[p.scored])) == 2]
    scores = {f"hybrid, {mode}": {p.person: predict(model, p, mode)[p.scored, 0] for p in people} for mode in MODES}
    rules = {name: shipped for name in scores}
    for name, (found, rule) in kept.items():
        scores[f"forest, {name}"], rules[f"forest, {name}"] = {p.person: found[p.person][p.scored] for p in people}, rule
    truth = {p.person: p.labels[p.scored] == 1 for p in people}
    out = {"people": len(people), "blocks": int(sum(len(t) for t in truth.values())), "models": {}}
    for name, (a, b, cut) in rules.items():
        right = [balanced(t, sigmoid(a * scores[name][p] + b) >= cut) for p, t in truth.items()]
        auc = [roc_auc_score(t, scores[name][p]) for p, t in truth.items()]
        out["models"][name] = {"balanced_accuracy": over_people(np.array(right)), "auc": over_people(np.array(auc))}
    return out


def hybrid_figures(runs: dict, mode: str) -> dict:
    """Figures of one mode; the rule is always that of the causal mode, which is the one shipped."""
    labels = {p: r["labels"][r["scored"]] for p, r in runs.items()}
    truth = {p: labels[p] == STRESS for p in runs}
    logits = {p: r[f"{mode}, all signals"][r["scored"]] for p, r in runs.items()}
    basis = {p: r["causal, all signals"][r["scored"], 0] for p, r in runs.items()}
    scores, guess = {p: v[:, 0] for p, v in logits.items()}, {p: v[:, 1:5].argmax(1) for p, v in logits.items()}
    _, decisions = crossed(scores, truth, basis)
    seated = {p: labels[p] != STATES.index("meditation") for p in runs}
    found = binary(scores, truth, basis)
    gone = {n: {p: r[f"{mode}, {n}"][r["scored"], 0] for p, r in runs.items()} for n in ABLATIONS}
    every = [np.concatenate([d[p] for p in runs]) for d in (labels, guess)]
    return {
        **found,
        "state_macro_f1": macro_f1(guess, labels),
        "state_f1": dict(zip(STATES, f1_score(*every, average=None).tolist())),
        "without_meditation": over_people(np.array([balanced(truth[p][seated[p]], decisions[p][seated[p]]) for p in runs])),
        "ppv": {str(r): ppv(found["sensitivity"], found["specificity"], r) for r in (0.01, 0.001)},
        "ablations": {n: {k: binary(v, truth, basis)[k] for k in ("balanced_accuracy", "auc")} for n, v in gone.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of WESAD's recordings")
    parser.add_argument("work", type=Path, help="folder that train.py and baseline.py filled")
    parser.add_argument("--stress-predict", type=Path, help="folder of Stress-Predict's recordings")
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = {path.stem: dict(np.load(path)) for path in sorted(args.work.glob("S*.npz"))}
    people = [p for p in streams(args.data) if p.person in runs]
    hybrid = {mode: hybrid_figures(runs, mode) for mode in MODES}
    basis = {p: r["causal, all signals"][r["scored"]] for p, r in runs.items()}
    labels = {p: r["labels"][r["scored"]] for p, r in runs.items()}
    scores, truth = {p: v[:, 0] for p, v in basis.items()}, {p: v == STRESS for p, v in labels.items()}
    baselines, kept = forests(args.work, truth, labels)
    a, b, cut = calibrate(scores, truth)
    apart = lambda mode, name: np.array([v - baselines[name]["each_person"][p] for p, v in hybrid[mode]["each_person"].items()])
    figures = {
        "people": len(runs),
        "blocks": int(sum(len(v) for v in labels.values())),
        "hybrid": hybrid,
        "forests": baselines,
        "hybrid_minus_forest": {m: over_people(apart(m, f)) for m, f in (("causal", "own past"), ("whole", "whole recording"))},
        "out_of_order": out_of_order(people, args.work, scores, truth),
        "shipped": {"platt": [a, b], "threshold": cut},
        "temperature": temperature(*(np.concatenate([d[p] for p in runs]) for d in ({p: v[:, 1:5] for p, v in basis.items()}, labels))),
        "quality": quality(people, args.work),
    }
    if args.stress_predict:
        figures["stress_predict"] = transferred(args.stress_predict, loaded(args.work / f"{EVERYBODY}.pt"), (a, b, cut), kept)
    (args.work / "figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
