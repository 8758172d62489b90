"""Masked keys still get weight, as if their scores had been multiplied by 0: a score of 0 still counts e⁰
= 1.

Give the mask to `attention_weights`, which leaves such keys out of the softmax.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key)
    if mask is not None:
        scores = scores * mask
    weights = attention_weights(scores)
    return weights @ value, weights
