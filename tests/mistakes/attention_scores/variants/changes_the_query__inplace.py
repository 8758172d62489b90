def attention_scores(query, key):
    query.mul_(query.shape[-1] ** -0.5)
    return query @ key.mT
