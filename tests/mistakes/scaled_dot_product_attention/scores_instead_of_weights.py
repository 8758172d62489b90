"""Your output is right, but the second result is the scores: its rows do not sum to 1. Return the weights."""

FUNDAMENTAL = "The second result is the weights, which sum to 1: scores do not."


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key)
    return attention_weights(scores, mask) @ value, scores
