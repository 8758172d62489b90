"""A loop over the queries; results are stacked."""


def scaled_dot_product_attention(query, key, value, mask=None):
    l_q, l_k = query.shape[-2], key.shape[-2]
    if mask is not None:
        mask = mask.broadcast_to(*query.shape[:-1], l_k)
    rows = []
    for i in range(l_q):
        one = query[..., i : i + 1, :]
        allowed = None if mask is None else mask[..., i : i + 1, :]
        rows.append(attention_weights(attention_scores(one, key), allowed))
    weights = torch.cat(rows, dim=-2)
    return torch.matmul(weights, value), weights
