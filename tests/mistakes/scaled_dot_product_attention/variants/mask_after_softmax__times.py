def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_scores(query, key).softmax(-1)
    if mask is not None:
        w = torch.where(mask, w, 0.0)
    return w @ value, w
