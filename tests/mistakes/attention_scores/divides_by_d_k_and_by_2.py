"""Your scores look as if they had been divided by d_k, and then by 2.

Python reads `/ d_k ** 1 / 2` from left to right: write `/ d_k ** 0.5`, or `/ math.sqrt(d_k)`.
"""


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / query.shape[-1] ** 1 / 2
