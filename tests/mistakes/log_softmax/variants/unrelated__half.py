def log_softmax(logits, axis=-1):
    z = logits - logits.max(axis=axis, keepdims=True)
    return 0.5 * (z - np.log(np.exp(z).sum(axis=axis, keepdims=True)))
