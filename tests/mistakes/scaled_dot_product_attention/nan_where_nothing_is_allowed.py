"""A query that may attend to nothing gets NaN: a softmax of -∞ alone is 0 / 0. Your `attention_weights`
takes care of it.

Use it here, rather than a softmax of its own.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return weights @ value, weights
