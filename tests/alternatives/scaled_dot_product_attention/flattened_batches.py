"""Leading dimensions flattened to one for bmm, an additive mask, and the shapes put back."""


def scaled_dot_product_attention(query, key, value, mask=None):
    lead, (l_q, d_k), l_k = query.shape[:-2], query.shape[-2:], key.shape[-2]
    q, k, v = (x.reshape(-1, *x.shape[-2:]) for x in (query, key, value))
    bias = torch.zeros(*lead, l_q, l_k, dtype=query.dtype)
    some = torch.ones(l_q, 1, dtype=torch.bool)
    if mask is not None:
        some = mask.any(-1, keepdim=True)
        bias = bias.masked_fill((mask | ~some).logical_not(), -torch.inf)
    root = torch.sqrt(torch.tensor(d_k, dtype=query.dtype))
    scores = torch.bmm(q, k.transpose(1, 2)).reshape(*lead, l_q, l_k) / root + bias
    weights = torch.where(some, scores.softmax(dim=-1), torch.zeros_like(scores))
    output = torch.bmm(weights.reshape(-1, l_q, l_k), v)
    return output.reshape(*lead, l_q, v.shape[-1]), weights
