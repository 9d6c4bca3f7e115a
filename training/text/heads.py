"""The heads of the text encoder: what each says, and how states of pairs and tokens become its logits."""

import torch
from torch import Tensor, nn

EMOTIONS = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust "
    "embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse "
    "sadness surprise neutral"
).split()
# The groupings that the authors of GoEmotions give.
EKMAN = {
    "anger": ["anger", "annoyance", "disapproval"],
    "disgust": ["disgust"],
    "fear": ["fear", "nervousness"],
    "joy": ["admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
            "pride", "relief"],
    "sadness": ["disappointment", "embarrassment", "grief", "remorse", "sadness"],
    "surprise": ["confusion", "curiosity", "realization", "surprise"],
}  # fmt: skip
SENTIMENT = {
    "positive": EKMAN["joy"],
    "negative": [*EKMAN["anger"], *EKMAN["disgust"], *EKMAN["fear"], *EKMAN["sadness"]],
    "ambiguous": EKMAN["surprise"],
}
LONELINESS = ("lonely", "thwarted_belongingness", "perceived_burdensomeness")
AFFECT = ("valence", "arousal", "dominance")
PERSONALITY = ("extraversion", "neuroticism", "agreeableness", "conscientiousness", "openness")
SEVERITY_LEVELS = 7

# Name of each head and its number of logits. Crisis: severity > k for k = 0..5.
HEADS_OF_TEXT = {
    "emotion": len(EMOTIONS), "affect": len(AFFECT), "loneliness": len(LONELINESS), "crisis": SEVERITY_LEVELS - 1,
    "stress": 1, "social_anxiety": 1, "outdoor_effect": 4, "personality": len(PERSONALITY),
}  # fmt: skip

# Of the crisis head's fits that the gate, where it is open, gives up for the quiet part.
GIVEN_UP = 0.5
# Parts of the crisis head with a form like a head's: what quiet signs say, and how far a text is unlike a rated post.
INNER_HEADS = {"quiet": SEVERITY_LEVELS - 1, "register": 1}
# Heads to which a word alone adds something, whatever stands beside it.
WORD_HEADS = ("crisis", "personality")


def mean_of_real(x: Tensor, mask: Tensor) -> Tensor:
    """(B, T, n), mask (B, T) of 0 and 1 -> mean over real places (B, n)."""
    return (mask[:, None] @ x)[:, 0] / mask.sum(dim=1, keepdim=True)


class Head(nn.Module):
    """Logits as a sum of shares, so that each token's part is exact.

    Three parts: the mean of a linear map over pairs, the mean of another over the lower states of tokens (which word it
    was), and an attention of the head's own over pairs (one sentence may decide, however long the text).
    """

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.mean = nn.Linear(width, size)
        self.token = nn.Linear(width, size, bias=False)
        self.focus = nn.Linear(width, size, bias=False)
        self.focused = nn.Linear(width, size, bias=False)
        self.register_buffer("mix", torch.eye(size))  # (n, n): which logits each of the attentions speaks to
        for part in (self.mean, self.token, self.focused):
            nn.init.zeros_(part.weight)
        nn.init.zeros_(self.mean.bias)
        nn.init.normal_(self.focus.weight, std=0.02)

    def forward(self, pairs: Tensor, pair_mask: Tensor, lower: Tensor, mask: Tensor) -> Tensor:
        """pairs (B, P, D), pair_mask (B, P), lower (B, T, D), mask (B, T) -> (B, n)."""
        weight = torch.softmax(self.focus(pairs) + (pair_mask[..., None] - 1) * 1e4, dim=1)
        focused = (weight * self.focused(pairs)).sum(dim=1) @ self.mix.T
        return mean_of_real(self.mean(pairs), pair_mask) + mean_of_real(self.token(lower), mask) + focused
