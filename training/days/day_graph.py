"""The model as an ONNX graph for one day of many people, by the rules of the wrist model's graph: the same bits in any batch."""

import argparse

import numpy as np
import onnx
import onnxruntime
import torch

from day_model import ATTENTION_AT, COUNT, DOUBT, HORIZONS, LAYERS, MONTH, SCALES, DayHybrid
from graph import attention, state_space
from mixers import HEADS, PART, WIDTH, WINDOW
from sets import SIGNALS, VALID
from streaming import CarriedGraph, averaged, personal

OUTPUT = "lonely"


def layout() -> dict[str, tuple[int, ...]]:
    """Shape of every part of `carried`, in its order."""
    parts = {f"personal_{i}": (3 * COUNT,) for i in range(len(HORIZONS))}  # counts, means, variances by signal
    parts["month"] = (2,)  # days counted, mean sign
    for i in range(LAYERS):
        if i == ATTENTION_AT:
            parts |= {f"keys_{i}": (WINDOW - 1, WIDTH), f"values_{i}": (WINDOW - 1, WIDTH), f"kept_{i}": (WINDOW - 1, 1)}
        else:
            parts |= {f"taps_{i}": (2, 3 * WIDTH), f"state_{i}": (HEADS, PART, PART + 1)}
    return parts


LENGTH = sum(int(np.prod(shape)) for shape in layout().values())
INPUTS = {name.lower(): (1, 1) for name in SIGNALS} | {"present": (1, COUNT), "carried": (LENGTH,)}


def features(g: CarriedGraph) -> str:
    """(B, 1, 6), 0 where missing"""
    columns = []
    for name, (root, middle, spread) in SCALES.items():
        x = g.clip(name.lower(), *VALID[name])
        x = g.op("Sqrt", x) if root else x
        columns.append(g.div(g.sub(x, g.const(middle)), g.const(spread)))
    return g.mul(g.join(2, *columns), "present")


def build(model: DayHybrid) -> onnx.ModelProto:
    """The graph of a model in evaluation mode; inputs and outputs as in the model folder's manifest."""
    g = CarriedGraph(layout())
    z, ages = personal(g, model.personal, features(g), "present")
    x = g.add(g.linear(g.eight(z), model.enter), g.linear(g.eight(g.join(2, "present", ages)), model.known))
    x = g.norm(x, model.norm_in)
    keep = g.op("ReduceMax", g.eight("present"), g.ints(2), keepdims=1)
    for index, layer in enumerate(model.layers):
        mixer = attention if index == ATTENTION_AT else state_space
        x = g.add(x, mixer(g, layer.mixer, g.norm(x, layer.norm1), keep, index))
        x = g.add(x, g.linear(g.silu(g.linear(g.norm(x, layer.norm2), layer.up)), layer.down))
    signs = g.reshape(g.one(g.linear(g.norm(x, model.norm_out), model.sign)), 0, 2)
    heard = g.reshape(g.one(keep), 0, 1)
    month = averaged(g, "month", g.part(signs, 0, 1, 1), heard, MONTH, DOUBT)
    g.named(g.add(g.add(month, g.mul(g.part(signs, 1, 2, 1), heard)), g.const(model.constant)), OUTPUT)
    g.named(g.join(1, *[g.kept[name] for name in layout()]), "carried_out")
    return g.model(INPUTS, {OUTPUT: (1,), "carried_out": (LENGTH,)})


def run(session, days: dict[str, np.ndarray], carried: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Days {values, present} (B, T, 6) through a graph one by one: logits (B, T) and what is carried (B, S) at the end."""
    batch, count = days["present"].shape[:2]
    carried = np.zeros((batch, LENGTH), np.float32) if carried is None else carried
    logits = []
    for t in range(count):
        feeds = {name.lower(): days["values"][:, t, i].reshape(batch, 1, 1) for i, name in enumerate(SIGNALS)}
        found, carried = session.run([OUTPUT, "carried_out"], {**feeds, "present": days["present"][:, t : t + 1], "carried": carried})
        logits.append(found)
    return np.concatenate(logits, 1), carried


def made_up(batch: int, count: int, seed: int) -> dict[str, np.ndarray]:
    """Days of noise, of which many miss a signal and some miss all."""
    rng = np.random.default_rng(seed)
    present = (rng.random((batch, count, COUNT)) > rng.random((batch, 1, COUNT))) * (rng.random((batch, count, 1)) > 0.1)
    columns = []
    for root, middle, spread in SCALES.values():
        x = np.maximum(middle + spread * rng.normal(0, 1, (batch, count)), 0.1)
        columns.append(x * x if root else x)
    values = np.stack(columns, -1).clip([low for low, _ in VALID.values()], [top for _, top in VALID.values()])
    return {"values": (values * present).astype(np.float32), "present": present.astype(np.float32)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare an untrained model with its graph, and the graph's bits by batch.")
    parser.add_argument("--days", type=int, default=120)
    args = parser.parse_args()
    torch.manual_seed(0)
    model = DayHybrid().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    session = onnxruntime.InferenceSession(build(model).SerializeToString(), providers=["CPUExecutionProvider"])
    days = made_up(7, args.days, 1)
    with torch.no_grad():
        readable = model(*(torch.from_numpy(days[k]) for k in ("values", "present"))).numpy()
    together, _ = run(session, days)
    alone = np.concatenate([run(session, {k: v[i : i + 1] for k, v in days.items()})[0] for i in range(7)])
    print("carried:", LENGTH, "; largest difference from the readable form:", np.abs(readable - together).max())
    print("numbers that differ alone and in a batch:", int((alone.view(np.int32) != together.view(np.int32)).sum()))


if __name__ == "__main__":
    main()
