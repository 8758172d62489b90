def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(torch.einsum("...qd,...kd->...kq", query, key) / query.shape[-1] ** 0.5, mask)
    return w @ value, w
