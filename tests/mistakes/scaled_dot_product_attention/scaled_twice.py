"""Your weights are too even, as if the scores had been divided by d_k: twice by its root, perhaps.

`attention_scores` divides already; do not divide again.
"""

FUNDAMENTAL = "The scores are divided by √d_k once: divided by d_k, ordinary weights are wrong."


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key) / math.sqrt(query.shape[-1])
    weights = attention_weights(scores, mask)
    return weights @ value, weights
