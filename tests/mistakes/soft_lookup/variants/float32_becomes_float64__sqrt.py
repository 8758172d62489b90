def soft_lookup(query, keys, values):
    s = keys @ query / np.sqrt(query.shape[0])
    w = np.exp(s - s.max())
    w /= w.sum()
    return values.T @ w
