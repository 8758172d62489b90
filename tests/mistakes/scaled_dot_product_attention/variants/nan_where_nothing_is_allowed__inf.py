def scaled_dot_product_attention(query, key, value, mask=None):
    s = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        s = torch.where(mask, s, float("-inf"))
    w = s.softmax(-1)
    return w @ value, w
