"""Your scores look like distances between query and keys. Attention compares by the dot product, divided
by √d.
"""


def soft_lookup(query, keys, values):
    scores = -np.square(keys - query).sum(axis=-1)
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
