def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(query @ key.mT / 8, mask)
    return w @ value, w
