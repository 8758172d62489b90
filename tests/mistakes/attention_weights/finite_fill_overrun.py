"""Your masked weights are right unless the allowed scores are far below 0: then your finite fill is the
largest score.

However low a score is, it must beat a masked one. Only -∞ is lower than everything.
"""


def attention_weights(scores, mask=None):
    if mask is None:
        return F.softmax(scores, dim=-1)
    weights = F.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
    return weights * mask
