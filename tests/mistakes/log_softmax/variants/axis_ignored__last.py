def log_softmax(logits, axis=-1):
    z = logits - np.amax(logits, -1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))
