"""Your scale looks like the square root of the number of keys. It is √d_k: the size of the last dimension
of a key.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(key.shape[-2])
    weights = attention_weights(scores, mask)
    return weights @ value, weights
