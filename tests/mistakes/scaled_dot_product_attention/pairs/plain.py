# both: scale_missing minus_1e9
def scaled_dot_product_attention(query, key, value, mask=None):
    s = torch.einsum("...qd,...kd->...qk", query, key)
    if mask is not None:
        s = s.masked_fill(mask.logical_not(), -1e9)
    a = F.softmax(s, dim=-1)
    return torch.einsum("...qk,...kv->...qv", a, value), a
