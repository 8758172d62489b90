"""Your lookup prefers the keys that match least: a sign is turned around. The largest score gets the
largest weight.
"""

FUNDAMENTAL = "A lookup finds the keys that match best, not the ones that match least."


def soft_lookup(query, keys, values):
    scores = -(keys @ query) / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
