"""The key is not transposed: only square inputs get through, and they get wrong scores.

Entry (i, j) is row i of the query times row j of the key, so the key's rows must become columns.
"""

FUNDAMENTAL = "Each query meets each key only if the key is transposed."


def attention_scores(query, key):
    return query @ key / math.sqrt(query.shape[-1])
