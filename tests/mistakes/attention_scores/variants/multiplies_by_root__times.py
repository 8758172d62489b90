def attention_scores(query, key):
    return torch.matmul(query, key.mT) * math.sqrt(query.shape[-1])
