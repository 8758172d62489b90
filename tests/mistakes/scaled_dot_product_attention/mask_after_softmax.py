"""Under a mask, your rows sum to less than 1: the mask seems to come after the softmax.

It has to take part in it, so that the keys that are left share the whole 1.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key))
    if mask is not None:
        weights = weights * mask
    return weights @ value, weights
