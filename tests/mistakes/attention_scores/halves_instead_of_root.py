"""Your scores look as if they had been divided by d_k / 2, not by √d_k.

Python reads `d_k ** 1 / 2` as `(d_k ** 1) / 2`: write `d_k ** 0.5`, or `math.sqrt(d_k)`.
"""


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / (query.shape[-1] ** 1 / 2)
