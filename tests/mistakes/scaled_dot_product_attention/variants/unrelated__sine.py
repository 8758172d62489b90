def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(attention_scores(query, key).sin(), mask)
    return w @ value, w
