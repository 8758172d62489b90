"""Your columns sum to 1, not your rows: the softmax runs over the queries. It runs over the keys, the last
dimension.
"""

FUNDAMENTAL = "The softmax runs over the keys: over the queries, every weight is wrong."


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, dim=-2).nan_to_num(0.0)
    return weights @ value, weights
