"""Your numbers are right, but the caller's query has changed after the call: an operation works in place.

`query.div_(…)` and `query /= …` change what they are given; `query / …` makes a new tensor.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    query.data.div_(math.sqrt(query.shape[-1]))
    weights = attention_weights(query @ key.transpose(-2, -1), mask)
    return weights @ value, weights
