def log_softmax(logits, axis=-1):
    z = logits - np.amax(logits, axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis))
