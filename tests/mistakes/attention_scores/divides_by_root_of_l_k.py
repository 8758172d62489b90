"""Your scores look as if they had been divided by √L_k, the number of keys.

The features are the last dimension of the key; its size is `key.shape[-1]`.
"""


def attention_scores(query, key):
    return query @ key.transpose(-2, -1) / math.sqrt(key.shape[-2])
