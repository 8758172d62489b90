"""Your code works for matrices and not with leading dimensions: `.T` reverses all of them.

Exchange only the last two, by `transpose(-2, -1)`, or use `attention_scores`.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.T / math.sqrt(query.shape[-1])
    weights = attention_weights(scores, mask)
    return weights @ value, weights
