"""Your mask is a NumPy array, and the attention wants a torch tensor. torch has tril, ones and arange, too."""


def causal_mask(length):
    return np.tril(np.ones((length, length), dtype=bool))
