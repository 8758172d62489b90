def log_softmax(logits, axis=-1):
    m = logits.max(axis=axis, keepdims=True)
    return logits - np.log(np.exp(logits - m).sum(axis=axis, keepdims=True))
