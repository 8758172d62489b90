"""You seem to divide by √d_v, the length of a value. The dot products are sums of d terms: it is √d that
tames them.
"""


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(values.shape[-1])
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
