"""Masked keys keep a small weight: your fill of -20 or so is not low enough, since e⁻²⁰ is not 0.

Fill with -∞, whose exponential is exactly 0.
"""


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask, -20.0)
    return torch.softmax(scores, dim=-1)
