"""Your weights look as if the scores had been divided by their sum, with no exponential.

Scores may be negative: e to their power is not, and that makes weights of them.
"""

FUNDAMENTAL = "Weights are a softmax: without the exponential, ordinary ones are wrong."


def attention_weights(scores, mask=None):
    if mask is not None:
        scores = scores * mask
    total = scores.sum(dim=-1, keepdim=True)
    return scores / total.masked_fill(total == 0, 1.0)
