"""The two results in a list, and the fill of a mask taken from -1e30 before rows of nothing are cleared."""


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query.matmul(key.transpose(-1, -2)) * (1 / math.sqrt(query.size(-1)))
    if mask is None:
        weights = scores.softmax(-1)
    else:
        weights = torch.where(mask, scores, -1e30).softmax(-1) * mask
    return [weights.matmul(value), weights]
