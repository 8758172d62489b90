"""Your weights do not sum to 1: with a single pair, the result should be its value. Divide by the sum of
the weights.
"""

FUNDAMENTAL = "Weights that do not sum to 1 make no mean of the values."


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(query.shape[-1])
    return np.exp(scores - scores.max()) @ values
