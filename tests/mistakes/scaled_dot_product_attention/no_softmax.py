"""Your weights are the bare scores. Without the softmax, they neither sum to 1 nor stay positive."""

FUNDAMENTAL = "Without the softmax, the output is no mean of the values."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_scores(query, key)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
