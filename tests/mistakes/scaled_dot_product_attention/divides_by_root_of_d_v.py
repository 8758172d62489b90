"""Your scale looks like √d_v, the features of a value. It is √d_k, the features of a query and a key.

The two are the same in many models, which hides this well.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(value.shape[-1])
    weights = attention_weights(scores, mask)
    return weights @ value, weights
