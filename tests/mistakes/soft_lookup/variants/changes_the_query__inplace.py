def soft_lookup(query, keys, values):
    query *= 1 / math.sqrt(query.shape[0])
    s = keys @ query
    w = np.exp(s - s.max())
    return w @ values / w.sum()
