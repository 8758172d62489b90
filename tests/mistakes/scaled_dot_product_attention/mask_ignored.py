"""The mask changes nothing in your result: hand it on to `attention_weights`."""

FUNDAMENTAL = "The mask has to hide what it forbids."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key))
    return weights @ value, weights
