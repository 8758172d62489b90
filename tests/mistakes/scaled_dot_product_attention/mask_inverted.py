"""Your weights fall on just the keys that are masked. True means "may attend": hand the mask on as it is."""

FUNDAMENTAL = "The mask says where to look: inverted, it hides what should be seen."


def scaled_dot_product_attention(query, key, value, mask=None):
    if mask is not None:
        mask = ~mask
    weights = attention_weights(attention_scores(query, key), mask)
    return weights @ value, weights
