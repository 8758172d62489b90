"""Your result loses a dimension where its size is 1: `squeeze()` takes all of those. Leave the shape as it
is.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key), mask)
    return (weights @ value).squeeze(), weights.squeeze()
