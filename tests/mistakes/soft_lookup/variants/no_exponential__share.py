def soft_lookup(query, keys, values):
    s = keys.dot(query) / math.sqrt(len(query))
    return (s / np.sum(s)) @ values
