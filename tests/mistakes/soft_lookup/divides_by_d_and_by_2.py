"""Your scores look as if they had been divided by d, and then by 2.

Python reads `/ d ** 1 / 2` from left to right: write `/ d ** 0.5`, or `/ math.sqrt(d)`.
"""


def soft_lookup(query, keys, values):
    scores = keys @ query / query.shape[-1] ** 1 / 2
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
