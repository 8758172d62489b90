"""Your result is as long as there are keys: these are the weights. The last step multiplies them with the
values.
"""

FUNDAMENTAL = "It is the mixed values that are asked for, not what they are mixed by."


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()
