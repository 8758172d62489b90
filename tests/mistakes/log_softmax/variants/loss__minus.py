def log_softmax(logits, axis=-1):
    z = logits - np.amax(logits, axis, keepdims=True)
    return np.log(np.exp(z).sum(axis, keepdims=True)) - z
