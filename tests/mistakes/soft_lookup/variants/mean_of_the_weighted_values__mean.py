def soft_lookup(query, keys, values):
    s = keys @ query / math.sqrt(query.shape[0])
    w = np.exp(s - s.max())
    w /= w.sum()
    return (w.reshape(-1, 1) * values).mean(axis=0)
