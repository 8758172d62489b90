"""Your result is the value of the best key alone. That is a hard lookup: here every value counts, by its
weight.
"""

FUNDAMENTAL = "The lookup is soft: every value takes part."


def soft_lookup(query, keys, values):
    scores = keys @ query / math.sqrt(query.shape[-1])
    return values[np.argmax(scores)]
