def scaled_dot_product_attention(query, key, value, mask=None):
    w = attention_weights(torch.matmul(query, key.T) / math.sqrt(query.shape[-1]), mask)
    return torch.matmul(w, value), w
