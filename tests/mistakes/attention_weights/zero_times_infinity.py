"""Every weight is NaN under a mask: 0 · (-∞) is NaN, and that is what the allowed keys get.

Choose the scores with `masked_fill` or `torch.where` instead of multiplying the mask with -∞.
"""

FUNDAMENTAL = "Under a mask every weight is NaN: nothing is left to read."


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores + (~mask).to(scores.dtype) * -torch.inf
    return torch.softmax(scores, dim=-1)
