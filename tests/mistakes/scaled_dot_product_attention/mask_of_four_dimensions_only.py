"""Masks with fewer dimensions than the scores change nothing in your result. A mask broadcasts: hand it on
as it is.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key)
    weights = attention_weights(scores, mask if mask is not None and mask.dim() == scores.dim() else None)
    return weights @ value, weights
