"""Your lookup gives NaN where all scores are far below 0: you seem to subtract the largest absolute score.

Subtract the largest score itself, so that one exponent is always 0 and the sum is never 0.
"""


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(query.shape[-1])
    weights = np.exp(scores - np.abs(scores).max())
    return weights / weights.sum() @ values
