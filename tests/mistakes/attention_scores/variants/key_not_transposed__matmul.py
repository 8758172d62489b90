def attention_scores(query, key):
    return torch.matmul(query, key).div(query.shape[-1] ** 0.5)
