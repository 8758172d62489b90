"""Your weights are too extreme, as if the dot products had not been divided by √d.

Divide the scores by `math.sqrt(d)` before you exponentiate them.
"""

FUNDAMENTAL = "The lookup is scaled: without √d every weight is wrong as soon as d is not 1."


def soft_lookup(query, keys, values):
    scores = keys @ query
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
