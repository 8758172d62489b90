"""Your result has one dimension too many, (1, d_v): one query gives one vector, of shape (d_v,)."""

FUNDAMENTAL = "A lookup gives one value, a vector: nothing that asks for one can use a matrix."


def soft_lookup(query, keys, values):
    scores = query[None, :] @ keys.T / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
