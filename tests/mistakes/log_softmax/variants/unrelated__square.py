def log_softmax(logits, axis=-1):
    z = logits - logits.max(axis=axis, keepdims=True)
    return z - np.sqrt(np.exp(z).sum(axis=axis, keepdims=True))
