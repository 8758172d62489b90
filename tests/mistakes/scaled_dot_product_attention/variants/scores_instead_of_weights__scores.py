def scaled_dot_product_attention(query, key, value, mask=None):
    s = attention_scores(query, key)
    return attention_weights(s, mask) @ value, s
