def soft_lookup(query, keys, values):
    s = keys.dot(query) / math.sqrt(len(query))
    w = np.exp(s - s.max())
    return w @ values
