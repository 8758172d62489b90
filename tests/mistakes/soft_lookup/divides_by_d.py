"""Your weights are too even: the scores look as if they had been divided by d. The divisor is its square
root.
"""

FUNDAMENTAL = "The divisor is √d: with d, every weight is wrong as soon as d is not 1."


def soft_lookup(query, keys, values):
    scores = keys @ query / query.shape[0]
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
