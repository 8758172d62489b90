def scaled_dot_product_attention(query, key, value, mask=None):
    s = attention_scores(query, key)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf)
    w = torch.nan_to_num(s.softmax(dim=-2))
    return w @ value, w
