def soft_lookup(query, keys, values):
    s = np.einsum("nd,d->n", keys, query) / math.sqrt(len(query))
    w = np.exp(s - s.max())
    w /= w.sum()
    return keys.T @ w
