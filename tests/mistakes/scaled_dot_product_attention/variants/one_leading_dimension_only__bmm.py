def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(torch.bmm(query, key.transpose(1, 2)) / query.shape[-1] ** 0.5, mask)
    return torch.bmm(w, value), w
