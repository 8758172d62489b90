"""You return the weights first and the output second. It is the other way round: `return output, weights`."""

FUNDAMENTAL = "Whoever asks for the output gets the weights."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key), mask)
    return weights, weights @ value
