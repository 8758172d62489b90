def scaled_dot_product_attention(query, key, value, mask=None):
    w = F.softmax(query @ key.mT / query.shape[-1] ** 0.5, dim=-1)
    return w @ value, w
