def soft_lookup(query, keys, values):
    scores = np.array([k @ query for k in keys]) / math.sqrt(query.size)
    w = np.exp(scores)
    return (w[:, None] * values).sum(0) / w.sum()
