def log_softmax(logits, axis=-1):
    z = np.exp(logits - np.amax(logits, axis, keepdims=True))
    return z / z.sum(axis, keepdims=True)
