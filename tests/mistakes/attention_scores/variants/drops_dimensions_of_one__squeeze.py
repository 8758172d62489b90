def attention_scores(query, key):
    return torch.squeeze(query @ key.mT) / query.shape[-1] ** 0.5
