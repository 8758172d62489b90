"""Your weights have a row for each key: query and key seem to have changed places in `attention_scores`."""

FUNDAMENTAL = "Each query asks all keys: exchanged, the keys ask the queries."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(key, query))
    return weights.transpose(-2, -1) @ value, weights.transpose(-2, -1)
