def soft_lookup(query, keys, values):
    s = np.dot(keys, query)
    w = np.exp(s - s.max())
    return np.dot(w / w.sum(), values)
