"""You return the output alone. Return both, `output, weights`: later lessons look at the weights."""

FUNDAMENTAL = "Two results are asked for: whoever unpacks them gets an error."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key), mask)
    return weights @ value
