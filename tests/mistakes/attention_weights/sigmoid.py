"""Your weights lie between 0 and 1, but those of a query do not sum to 1: that is a sigmoid of every score
by itself.

In a softmax the keys share one whole: the exponential of a score, divided by the sum of them all.
"""

FUNDAMENTAL = "Weights share what there is among the keys: a sigmoid shares nothing."


def attention_weights(scores, mask=None):
    weights = torch.sigmoid(scores)
    return weights if mask is None else weights.masked_fill(~mask, 0.0)
