def soft_lookup(query, keys, values):
    s = query[None] @ keys.T / math.sqrt(len(query))
    w = np.exp(s - s.max(-1, keepdims=True))
    return w / w.sum(-1, keepdims=True) @ values
