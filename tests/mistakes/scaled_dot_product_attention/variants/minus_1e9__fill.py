def scaled_dot_product_attention(query, key, value, mask=None):
    s = torch.einsum("...qd,...kd->...qk", query, key) / query.shape[-1] ** 0.5
    if mask is not None:
        s = s.masked_fill(mask == 0, -1e9)
    w = F.softmax(s, -1)
    return torch.einsum("...qk,...kd->...qd", w, value), w
