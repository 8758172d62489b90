def scaled_dot_product_attention(query, key, value, mask=None):
    if mask is None:
        mask = torch.ones(query.shape[-2], key.shape[-2]).tril() == 1
    w = attention_weights(attention_scores(query, key), mask)
    return w @ value, w
