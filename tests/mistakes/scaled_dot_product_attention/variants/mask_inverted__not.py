def scaled_dot_product_attention(query, key, value, mask=None):
    if mask is not None:
        mask = torch.logical_not(mask)
    w = attention_weights(attention_scores(query, key), mask)
    return w @ value, w
