def scaled_dot_product_attention(query, key, value, mask=None):
    return torch.matmul(attention_weights(attention_scores(query, key), mask), value)
