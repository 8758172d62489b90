def attention_scores(query, key):
    return torch.matmul(query, key.T) / query.shape[-1] ** 0.5
