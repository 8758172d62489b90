def soft_lookup(query, keys, values):
    s = np.dot(keys, query) / len(query)
    w = np.exp(s - np.max(s))
    w = w / np.sum(w)
    return w @ values
