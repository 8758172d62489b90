"""Your numbers are right, but float32 goes in and float64 comes out: `np.sqrt(d)` is a float64 scalar.

Divide by a plain Python number, `math.sqrt(d)`, or bring the result back to the dtype of the inputs.
"""


def soft_lookup(query, keys, values):
    scores = keys @ query / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values
