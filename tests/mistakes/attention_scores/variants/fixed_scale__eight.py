def attention_scores(query, key):
    return query @ key.mT / 8.0
