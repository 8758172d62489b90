"""Your weights are right, but the output mixes the keys. The keys say where to look; what is found there
is the value.
"""

FUNDAMENTAL = "It is the values that are mixed, not the keys."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(attention_scores(query, key), mask)
    return weights @ key, weights
