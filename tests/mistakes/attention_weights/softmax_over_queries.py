"""Your columns sum to 1, not your rows: the softmax runs over the queries.

Every query shares out a weight of 1 among the keys, and the keys are the last dimension.
"""

FUNDAMENTAL = "The softmax runs over the keys: over the queries, every weight is wrong."


def attention_weights(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, dim=-2)
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-2)
    return torch.nan_to_num(weights)
