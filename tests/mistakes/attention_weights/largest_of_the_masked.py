"""Your weights are right until a masked score is much larger than the allowed ones: then the row becomes
NaN.

You subtract the largest of all scores. Take the largest of those that the mask allows.
"""


def attention_weights(scores, mask=None):
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    if mask is None:
        return powers / powers.sum(dim=-1, keepdim=True)
    powers = powers * mask
    total = powers.sum(dim=-1, keepdim=True)
    empty = ~mask.any(dim=-1, keepdim=True)
    return (powers / torch.where(empty, 1.0, total)).masked_fill(~mask, 0.0)
