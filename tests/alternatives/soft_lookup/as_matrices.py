"""One row and one column: everything as matrices with kept dimensions, flattened at the end."""


def softmax_of_columns(x):
    shifted = x - np.amax(x, axis=0, keepdims=True)
    powers = np.exp(shifted)
    return powers / np.sum(powers, axis=0, keepdims=True)


def soft_lookup(query, keys, values):
    d = query.shape[-1]
    column = np.matmul(keys, query.reshape(d, 1)) / math.sqrt(d)
    return (values.T @ softmax_of_columns(column)).reshape(-1)
