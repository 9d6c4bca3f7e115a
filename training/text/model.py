"""The hybrid text encoder in PyTorch: five SSM mixers and one attention layer, the upper four layers on pairs of tokens.

This is the slow, readable form: every mixer is written as one (tokens x tokens) matrix a head. The exported graph
(graph.py) computes the same function in blocks, at a cost that grows with the length.
Shapes: B texts, T tokens, P = T / 2 pairs of neighbours, D = 384 channels, H = 12 heads of 32 channels.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from heads import GIVEN_UP, HEADS_OF_TEXT, INNER_HEADS, WORD_HEADS, Head
from safetensors.torch import load_file
from torch import Tensor, nn

WIDTH, HEADS, FEED_FORWARD, VOCABULARY = 384, 12, 1536, 30522
LAYERS, TOKEN_LAYERS, ATTENTION_LAYERS = 6, 2, (3,)
# Attention sees all pairs of a text of up to WHOLE; beyond, its own block, the two beside it, and LANDMARKS of every other.
WHOLE_PAIRS, BLOCK_PAIRS, LANDMARKS = 128, 64, 4
NORMALISER_FLOOR = 1e-2
LAYER_NORM_EPS = 1e-12
SHUT = -1e4


def split_heads(x: Tensor) -> Tensor:
    """(B, T, H*P) -> (B, H, T, P)."""
    batch, tokens, width = x.shape
    return x.view(batch, tokens, HEADS, width // HEADS).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, P) -> (B, T, H*P)."""
    return x.transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Softmax attention without positions: over all pairs of a short text, over a window and landmarks of a long one.

    A landmark is one of the LANDMARKS pairs of a block that `landmark` scores highest; the score is added to its
    attention logits, so that the choice is learned. Every query sees the landmarks of every block outside its window.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.landmark = nn.Linear(WIDTH, 1)
        nn.init.zeros_(self.landmark.weight)
        nn.init.zeros_(self.landmark.bias)

    def far(self, x: Tensor, mask: Tensor) -> Tensor:
        """What is added to the logits of pair s for pair t in a long text: (B, P, P)."""
        pairs = x.shape[1]
        block = torch.arange(pairs) // BLOCK_PAIRS
        near = (block[:, None] - block[None, :]).abs() <= 1
        score = self.landmark(x)[..., 0]
        rank = F.pad(score.detach() + (mask - 1) * -SHUT, (0, -pairs % BLOCK_PAIRS), value=10 * SHUT)
        chosen = rank.unflatten(1, (-1, BLOCK_PAIRS)).topk(LANDMARKS, dim=-1).indices
        is_landmark = torch.zeros_like(rank).unflatten(1, (-1, BLOCK_PAIRS)).scatter(-1, chosen, 1.0).flatten(1)[:, :pairs]
        seen = torch.where(is_landmark > 0, score, torch.full_like(score, SHUT))
        return torch.where(near, torch.zeros(()), seen[:, None, :])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, P, D), mask (B, P) of 0 and 1 -> (B, P, D)."""
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=-1))
        scores = q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + ((mask - 1) * -SHUT)[:, None, None]
        if x.shape[1] > WHOLE_PAIRS:
            scores = scores + self.far(x, mask)[:, None]
        return self.out(merge_heads(torch.softmax(scores, dim=-1) @ v))


class SsmMixer(nn.Module):
    """A state-space mixer run in both directions, each row divided by its sum.

    Token t reads token s with weight relu(q_t).relu(k_s)/sqrt(P) * exp(-|G_t - G_s|) * gate_s, where G is the
    running sum of gate * rate; the past has gates and rates of its own, and so has the future.
    """

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.gate = nn.Linear(WIDTH, 2 * HEADS)
        self.log_rate = nn.Parameter(torch.zeros(2, HEADS))
        self.skip = nn.Parameter(torch.zeros(HEADS))
        self.taps = nn.Parameter(torch.zeros(3, 3 * WIDTH))
        self.output_gate = nn.Linear(WIDTH, WIDTH)

    def convolve(self, u: Tensor, mask: Tensor) -> Tensor:
        """Depthwise convolution over tokens t-1, t, t+1: u (B, T, 3D) -> (B, T, 3D)."""
        padded = F.pad(u * mask[..., None], (0, 0, 1, 1))
        return padded[:, :-2] * self.taps[0] + padded[:, 1:-1] * self.taps[1] + padded[:, 2:] * self.taps[2]

    def decay(self, x: Tensor, mask: Tensor) -> Tensor:
        """Weight of token s for token t by distance and gate: (B, T, D) -> (B, H, T, T)."""
        gates = torch.sigmoid(self.gate(x).float()) * mask[..., None]  # running sums need fp32, also where products are bf16
        past_gate, future_gate = gates.transpose(1, 2).chunk(2, dim=1)
        past_rate, future_rate = torch.exp(self.log_rate)[:, :, None]
        past = torch.cumsum(past_gate * past_rate, dim=-1)
        steps = future_gate * future_rate
        future = torch.cumsum(steps, dim=-1) - steps
        distance = [(g[..., :, None] - g[..., None, :]).abs() for g in (past, future)]
        towards_past = torch.exp(-distance[0]) * past_gate[..., None, :]
        towards_future = torch.exp(-distance[1]) * future_gate[..., None, :]
        return torch.where(torch.ones_like(towards_past[0, 0]).tril().bool(), towards_past, towards_future)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, D), mask (B, T) of 0 and 1 -> (B, T, D)."""
        q, k, v = (split_heads(part) for part in self.convolve(self.qkv(x), mask).chunk(3, dim=-1))
        scores = F.relu(q) @ F.relu(k).transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
        weights = scores * self.decay(x, mask)
        mixed = weights @ v / (weights.sum(dim=-1, keepdim=True) + NORMALISER_FLOOR)
        mixed = merge_heads(mixed + v * self.skip[:, None, None])
        return self.out(mixed * F.silu(self.output_gate(x)))


class ChannelDropout(nn.Module):
    """Dropout with one mask a text and channel, shared by its tokens: x (B, T, D) -> (B, T, D)."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        keep = (torch.rand(x.shape[0], 1, x.shape[2]) > self.p).to(x.dtype)
        return x * keep / (1 - self.p)


class Layer(nn.Module):
    """Mixer and feed-forward, each added to its input and normalised afterwards."""

    def __init__(self, mixer: nn.Module, dropout: float, feed_forward: int) -> None:
        super().__init__()
        self.mixer = mixer
        self.mixer_norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        self.expand = nn.Linear(WIDTH, feed_forward)
        self.contract = nn.Linear(feed_forward, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.mixer_norm(x + self.dropout(self.mixer(x, mask)))
        return self.norm(x + self.dropout(self.contract(F.gelu(self.expand(x)))))


class PairMerge(nn.Module):
    """Two neighbouring tokens become one: (B, T, D), mask (B, T), T even -> (B, T / 2, D) and its mask (B, T / 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.join = nn.Linear(2 * WIDTH, WIDTH, bias=False)
        self.norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        with torch.no_grad():
            self.join.weight.copy_(torch.cat([torch.eye(WIDTH), torch.eye(WIDTH)], dim=1) / 2)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pairs = (x * mask[..., None]).unflatten(1, (-1, 2)).flatten(2)
        return self.norm(self.join(pairs)), mask[:, ::2]


class TextEncoder(nn.Module):
    """Tokens to the logits of every head in one pass. heads: name -> number of logits; feed_forward: channels (narrow.py)."""

    def __init__(self, heads: dict[str, int] = HEADS_OF_TEXT, feed_forward: int = FEED_FORWARD, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.segment = nn.Parameter(torch.zeros(WIDTH))
        self.words_norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        mixers = [Attention() if i in ATTENTION_LAYERS else SsmMixer() for i in range(LAYERS)]
        self.layers = nn.ModuleList([Layer(mixer, dropout, feed_forward) for mixer in mixers])
        self.merge = PairMerge()
        self.dropout = ChannelDropout(dropout)
        self.heads = nn.ModuleDict({name: Head(WIDTH, size) for name, size in (heads | INNER_HEADS).items()})
        # What a word alone adds to each logit.
        self.word_tables = nn.ModuleDict({name: nn.Embedding(VOCABULARY, heads[name]) for name in WORD_HEADS})
        for table in self.word_tables.values():
            nn.init.zeros_(table.weight)
        for words in (self.words, *self.word_tables.values()):
            words.weight.requires_grad_(False)

    def lower(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids (B, T) int64, mask (B, T) -> states of tokens after the token layers (B, T, D)."""
        x = self.words_norm(self.words(ids) + self.segment)
        for layer in self.layers[:TOKEN_LAYERS]:
            x = layer(x, mask)
        return x

    def upper(self, lower: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """States of tokens (B, T, D), T even -> states of pairs after the last layer (B, P, D) and their mask (B, P)."""
        x, pair_mask = self.merge(lower, mask)
        for layer in self.layers[TOKEN_LAYERS:]:
            x = layer(x, pair_mask)
        return x, pair_mask

    def unmerged(self, lower: Tensor, mask: Tensor) -> list[Tensor]:
        """As `upper` without the merge, as the released model was trained: states after each upper layer (B, T, D)."""
        states = [lower]
        for layer in self.layers[TOKEN_LAYERS:]:
            states.append(layer(states[-1], mask))
        return states[1:]

    def logits(self, lower: Tensor, mask: Tensor, names: list[str]) -> dict[str, Tensor]:
        """Logits (B, n) of the heads named, from states after the token layers."""
        pairs, pair_mask = self.upper(lower, mask)
        pairs, lower = self.dropout(pairs), self.dropout(lower)
        return {name: self.heads[name](pairs, pair_mask, lower, mask) for name in names}

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """ids (B, T) int64, mask (B, T), T even -> logits of every head, each (B, n).

        As far as the text is unlike the posts that people rated, half of the crisis head gives way to the quiet part.
        """
        logits = self.logits(self.lower(ids, mask), mask, list(self.heads))
        for name, table in self.word_tables.items():
            logits[name] = logits[name] + (table(ids) * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True).sqrt()
        gate, fitted = torch.sigmoid(logits.pop("register")), logits["crisis"]
        return logits | {"crisis": fitted + gate * (logits.pop("quiet") - GIVEN_UP * fitted)}


# Parts of later stages, which say nothing until then.
NEUTRAL = ("mix", *(f"heads.{name}." for name in INNER_HEADS), "word_tables.")


def open_checkpoint(path: Path) -> TextEncoder:
    """The encoder of a stage's checkpoint."""
    state = torch.load(path)
    sizes = {key.split(".")[1]: value.shape[0] for key, value in state.items() if key.endswith("mean.weight")}
    heads = {name: size for name, size in sizes.items() if name not in INNER_HEADS}
    model = TextEncoder(heads, state["layers.0.expand.weight"].shape[0])
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not (key.endswith(NEUTRAL[0]) or key.startswith(NEUTRAL[1:])) for key in missing):
        raise RuntimeError(f"tensors do not match: missing {missing}, unexpected {unexpected}")
    return model.eval()


# Names of the released state dict, part by part, and ours.
RENAMED = {
    "ne": "words_norm", "typ": "segment", "head": "heads.emotion.mean", "mix": "mixer", "n1": "mixer_norm", "n2": "norm",
    "f1": "expand", "f2": "contract", "o": "out", "dt": "gate", "logA": "log_rate", "D": "skip", "conv": "taps",
    "z": "output_gate",
}  # fmt: skip
NEW_PARTS = ("heads.", "merge.", "layers.3.mixer.landmark.", "word_tables.")


def load_released(base: Path, minilm: Path, merged: bool = True) -> TextEncoder:
    """Fill an encoder from text-hybrid-0 (fp16, without embeddings) and MiniLM-L6's word embeddings.

    base: folder of text-hybrid-0; minilm: folder with MiniLM's model.safetensors. What the released model lacks keeps its
    neutral start: pairs are means, other heads say nothing. With `merged` the upper layers' decay is set for pairs, else
    it is as released, for `unmerged`. Raises RuntimeError when tensors do not match.
    """
    model = TextEncoder()
    released = load_file(base / "weights-without-embeddings.fp16.safetensors")
    state = {".".join(RENAMED.get(part, part) for part in key.split(".")): value.float() for key, value in released.items()}
    words = load_file(minilm / "model.safetensors")
    state["words.weight"] = next(v for k, v in words.items() if k.endswith("embeddings.word_embeddings.weight"))
    below = f"layers.{TOKEN_LAYERS - 1}.norm"
    state["merge.norm.weight"], state["merge.norm.bias"] = state[f"{below}.weight"], state[f"{below}.bias"]
    for layer in set(range(TOKEN_LAYERS, LAYERS)) - set(ATTENTION_LAYERS) if merged else ():
        state[f"layers.{layer}.mixer.log_rate"] = state[f"layers.{layer}.mixer.log_rate"] + torch.log(torch.tensor(2.0))
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not key.startswith(NEW_PARTS) for key in missing):
        raise RuntimeError(f"tensors do not match: missing {missing}, unexpected {unexpected}")
    return model.eval()
