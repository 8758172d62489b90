def attention_scores(query, key):
    return F.normalize(query, dim=-1) @ F.normalize(key, dim=-1).mT
