"""The hybrid text encoder in PyTorch: five SSM mixers and one attention layer.

This is the slow, readable form: every mixer is written as one (tokens x tokens) matrix a head. The
exported graph (graph.py) computes the same function in blocks, at a cost that grows with the length.
Shapes: B texts, T tokens, D = 384 channels, H = 12 heads of P = 32 channels.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

WIDTH, HEADS, FEED_FORWARD, VOCABULARY = 384, 12, 1536, 30522
ATTENTION_LAYERS = (3,)
LAYERS = 6
NORMALISER_FLOOR = 1e-2
LAYER_NORM_EPS = 1e-12


def split_heads(x: Tensor) -> Tensor:
    """(B, T, H*P) -> (B, H, T, P)."""
    batch, tokens, width = x.shape
    return x.view(batch, tokens, HEADS, width // HEADS).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, P) -> (B, T, H*P)."""
    return x.transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Softmax attention over all tokens, without positions."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, T, D), mask (B, T) of 0 and 1 -> (B, T, D)."""
        q, k, v = (split_heads(part) for part in self.qkv(x).chunk(3, dim=-1))
        scores = q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + ((mask - 1) * 1e4)[:, None, None]
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
        gates = torch.sigmoid(self.gate(x)) * mask[..., None]
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

    def __init__(self, mixer: nn.Module, dropout: float) -> None:
        super().__init__()
        self.mixer = mixer
        self.mixer_norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        self.expand = nn.Linear(WIDTH, FEED_FORWARD)
        self.contract = nn.Linear(FEED_FORWARD, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.mixer_norm(x + self.dropout(self.mixer(x, mask)))
        return self.norm(x + self.dropout(self.contract(F.gelu(self.expand(x)))))


def mean_of_tokens(x: Tensor, mask: Tensor) -> Tensor:
    """(B, T, n), mask (B, T) of 0 and 1 -> mean over real tokens (B, n)."""
    return (mask[:, None] @ x)[:, 0] / mask.sum(dim=1, keepdim=True)


class TokenCorrection(nn.Module):
    """A small network on each token whose mean is added to a head's logits: (B, T, D) -> (B, T, n)."""

    def __init__(self, hidden: int, size: int) -> None:
        super().__init__()
        self.expand = nn.Linear(WIDTH, hidden)
        self.contract = nn.Linear(hidden, size, bias=False)
        nn.init.zeros_(self.contract.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.contract(F.gelu(self.expand(x)))


class TextEncoder(nn.Module):
    """Tokens to logits; every head is a mean over tokens plus a bias, so each token's share is exact.

    heads: name -> number of logits, e.g. {"emotion": 28, "crisis": 6}; corrected: head -> hidden units of its correction.
    """

    def __init__(self, heads: dict[str, int], dropout: float = 0.1, corrected: dict[str, int] | None = None) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.segment = nn.Parameter(torch.zeros(WIDTH))
        self.words_norm = nn.LayerNorm(WIDTH, eps=LAYER_NORM_EPS)
        mixers = [Attention() if i in ATTENTION_LAYERS else SsmMixer() for i in range(LAYERS)]
        self.layers = nn.ModuleList([Layer(mixer, dropout) for mixer in mixers])
        self.dropout = ChannelDropout(dropout)
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, size) for name, size in heads.items()})
        self.corrections = nn.ModuleDict({n: TokenCorrection(hidden, heads[n]) for n, hidden in (corrected or {}).items()})
        self.words.weight.requires_grad_(False)

    def lower(self, ids: Tensor, mask: Tensor, layers: int) -> Tensor:
        """ids (B, T) int64, mask (B, T) -> states after the first `layers` layers (B, T, D)."""
        x = self.words_norm(self.words(ids) + self.segment)
        for layer in self.layers[:layers]:
            x = layer(x, mask)
        return x

    def last(self, x: Tensor, mask: Tensor, layers: int) -> Tensor:
        """States after `layers` layers -> states after the last one, both (B, T, D)."""
        for layer in self.layers[layers:]:
            x = layer(x, mask)
        return x

    def upper(self, x: Tensor, mask: Tensor, layers: int) -> Tensor:
        """States after `layers` layers (B, T, D) -> pooled vector (B, D)."""
        return mean_of_tokens(self.last(x, mask, layers), mask)

    def pooled(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids (B, T) int64, mask (B, T) float of 0 and 1 -> mean of the last states over real tokens (B, D)."""
        return self.upper(self.lower(ids, mask, 0), mask, 0)

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Logits of every head, each (B, n)."""
        states = self.last(self.lower(ids, mask, 0), mask, 0)
        vector = mean_of_tokens(states, mask)
        logits = {name: head(vector) for name, head in self.heads.items()}
        for name, correction in self.corrections.items():
            logits[name] = logits[name] + mean_of_tokens(correction(states), mask)
        return logits


def open_checkpoint(path: Path) -> TextEncoder:
    """The encoder of a stage's checkpoint, its crisis head corrected where the checkpoint says so."""
    state = torch.load(path)
    contract = state.get("corrections.crisis.contract.weight")
    model = TextEncoder({"emotion": 28, "crisis": 6}, corrected={} if contract is None else {"crisis": contract.shape[1]})
    model.load_state_dict(state)
    return model.eval()


# Names of the released state dict, part by part, and ours.
RENAMED = {
    "ne": "words_norm", "typ": "segment", "head": "heads.emotion", "mix": "mixer", "n1": "mixer_norm", "n2": "norm",
    "f1": "expand", "f2": "contract", "o": "out", "dt": "gate", "logA": "log_rate", "D": "skip", "conv": "taps",
    "z": "output_gate",
}  # fmt: skip


def load_released(base: Path, minilm: Path, heads: dict[str, int]) -> TextEncoder:
    """Fill an encoder from text-hybrid-0 (fp16, without embeddings) and MiniLM-L6's word embeddings.

    base: folder of text-hybrid-0; minilm: folder with MiniLM's model.safetensors. Heads other than
    `emotion` start at zero. Raises KeyError or RuntimeError when a tensor is missing or of another shape.
    """
    model = TextEncoder(heads)
    released = load_file(base / "weights-without-embeddings.fp16.safetensors")
    state = {".".join(RENAMED.get(part, part) for part in key.split(".")): value.float() for key, value in released.items()}
    words = load_file(minilm / "model.safetensors")
    state["words.weight"] = next(v for k, v in words.items() if k.endswith("embeddings.word_embeddings.weight"))
    for name in heads:
        if name != "emotion":
            nn.init.zeros_(model.heads[name].weight)
            nn.init.zeros_(model.heads[name].bias)
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not key.startswith("heads.") for key in missing):
        raise RuntimeError(f"tensors do not match: missing {missing}, unexpected {unexpected}")
    return model.eval()
