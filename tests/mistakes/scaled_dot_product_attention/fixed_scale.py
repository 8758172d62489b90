"""Your scale is the same for every d_k, 8 = √64 as in the paper's models. Take it from the shape of the
query.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(query @ key.transpose(-2, -1) / 8, mask)
    return weights @ value, weights
