"""Your result is n times too small, as if you had taken the mean of the weighted values.

The weights sum to 1 already: take the sum.
"""

FUNDAMENTAL = "The result is a mean of the values: here it is a fraction of one."


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max())
    weights = weights / weights.sum()
    return (weights[:, None] * values).mean(axis=0)
