def attention_scores(query, key):
    return torch.bmm(query, key.permute(0, 2, 1)) / query.shape[-1] ** 0.5
