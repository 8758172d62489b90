def log_softmax(logits, axis=-1):
    e = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
    return np.log(e / np.sum(e, axis=axis, keepdims=True) + 1e-9)
