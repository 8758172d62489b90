def soft_lookup(query, keys, values):
    s = keys @ query / (len(query) ** 1 / 2)
    w = np.exp(s - s.max())
    return w @ values / w.sum()
