def soft_lookup(query, keys, values):
    s = keys @ query / (np.linalg.norm(keys, axis=1) * np.linalg.norm(query))
    w = np.exp(s - s.max())
    return (w @ values / w.sum()).astype(values.dtype)
