def attention_scores(query, key):
    return F.softmax(query @ key.mT / query.shape[-1] ** 0.5, dim=-1)
