"""Your weights are right for small scores, and NaN for scores of 1e4: `exp` overflows.

Subtract the largest score of each row first, or use `torch.softmax`, which does so.
"""


def attention_weights(scores, mask=None):
    powers = torch.exp(scores)
    if mask is not None:
        powers = powers * mask
    total = powers.sum(dim=-1, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)
