def log_softmax(logits, axis=-1):
    m = np.max(logits)
    return logits - m - np.log(np.sum(np.exp(logits - m), axis=axis, keepdims=True))
