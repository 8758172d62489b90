def scaled_dot_product_attention(query, key, value, mask=None):
    scores = attention_scores(query, key) / math.sqrt(key.shape[-1])
    weights = attention_weights(scores, mask)
    return torch.matmul(weights, value), weights
