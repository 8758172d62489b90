def attention_scores(query, key):
    with torch.no_grad():
        return query @ key.mT / query.shape[-1] ** 0.5
