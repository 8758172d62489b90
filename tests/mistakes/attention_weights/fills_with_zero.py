"""Masked keys still get weight: their scores look as if they had been set to 0, and e⁰ = 1 is not nothing.

What must the score be, so that its exponential is 0?
"""

FUNDAMENTAL = "A masked key has no weight: a score of 0 leaves it one."


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, 0.0)
    return torch.softmax(scores, dim=-1)
