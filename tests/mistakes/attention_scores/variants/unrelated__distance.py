def attention_scores(query, key):
    return -torch.cdist(query, key)
