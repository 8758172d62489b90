"""Your scores look as if they had been divided by √L_q, the number of queries.

The features are the last dimension of the query; its size is `query.shape[-1]`.
"""


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(query.shape[-2])
