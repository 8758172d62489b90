def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(attention_scores(query, key), mask)
    return torch.tanh(w @ value), w
