"""Your numbers are right, but the caller's query has changed after the call: `query /= …` works in place.

Write `query = query / …`, which makes a new array.
"""


def soft_lookup(query, keys, values):
    query /= math.sqrt(query.shape[-1])
    scores = keys @ query
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
