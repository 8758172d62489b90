"""Your code fails where the inputs are not contiguous in memory, after a transpose for instance: `view`
needs them so.

`reshape` does not, and `@` needs no flattening at all.
"""


def scaled_dot_product_attention(query, key, value, mask=None):
    lead, l_q, l_k = query.shape[:-2], query.shape[-2], key.shape[-2]
    flat = [x.view(-1, *x.shape[-2:]) for x in (query, key, value)]
    scores = torch.bmm(flat[0], flat[1].transpose(1, 2)) / math.sqrt(query.shape[-1])
    weights = attention_weights(scores.view(*lead, l_q, l_k), mask)
    return torch.bmm(weights.view(-1, l_q, l_k), flat[2]).view(*lead, l_q, -1), weights
