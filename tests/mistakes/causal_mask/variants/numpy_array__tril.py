def causal_mask(length):
    return np.tril(np.ones((length, length))).astype(bool)
