"""Your scores look like cosines: query and keys seem to be scaled to length 1 first.

Attention uses the plain dot product, divided by √d; a longer vector may speak louder.
"""


def soft_lookup(query, keys, values):
    lengths = np.linalg.norm(keys, axis=1) * np.linalg.norm(query)
    scores = keys @ query / lengths
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
