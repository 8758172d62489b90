"""Your scores look as if they had been divided by d / 2, not by √d.

Python reads `d ** 1 / 2` as `(d ** 1) / 2`: write `d ** 0.5`, or `math.sqrt(d)`.
"""


def soft_lookup(query, keys, values):
    scores = keys @ query / (len(query) ** 1 / 2)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
