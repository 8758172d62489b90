def attention_scores(query, key):
    d = query.shape[-1]
    return torch.matmul(query, key.mT) / (d**1 / 2)
