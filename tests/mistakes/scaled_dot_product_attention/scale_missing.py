"""Your weights are too extreme, as if the scores had not been divided by √d_k. `attention_scores` does it
for you.
"""

FUNDAMENTAL = "The attention is scaled: without √d_k every weight is wrong as soon as d_k is not 1."


def scaled_dot_product_attention(query, key, value, mask=None):
    weights = attention_weights(query @ key.transpose(-2, -1), mask)
    return weights @ value, weights
