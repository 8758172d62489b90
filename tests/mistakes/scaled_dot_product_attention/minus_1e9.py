"""A query that may attend to nothing gets the mean of all values, where it should get 0.

With a finite fill such as -1e9, all its scores are alike. Use `attention_weights`, which takes care of
such rows.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    weights = torch.softmax(scores, dim=-1)
    return weights @ value, weights
