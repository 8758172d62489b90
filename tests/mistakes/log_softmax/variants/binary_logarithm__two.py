def log_softmax(logits, axis=-1):
    z = logits - np.amax(logits, axis, keepdims=True)
    return z - np.log2(np.exp(z).sum(axis, keepdims=True))
