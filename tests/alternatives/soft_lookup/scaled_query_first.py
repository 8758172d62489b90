"""The query is scaled before the comparison, with np.sqrt in the dtype of the query; the sum is divided at
the end.
"""


def soft_lookup(query, keys, values):
    small = query / np.sqrt(query.shape[0], dtype=query.dtype)
    powers = np.exp(np.inner(keys, small) - np.max(np.inner(keys, small)))
    return np.dot(powers, values) / np.sum(powers)
