def attention_scores(query, key):
    return (query @ key.mT).abs() / query.shape[-1] ** 0.5
