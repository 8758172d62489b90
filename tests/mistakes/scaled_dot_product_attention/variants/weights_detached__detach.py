def scaled_dot_product_attention(query, key, value, mask=None):
    with torch.no_grad():
        w = attention_weights(attention_scores(query, key), mask)
    return w @ value, w
