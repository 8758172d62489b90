"""float32 comes into yours, and float64 goes out. Cast back, or leave out what promotes."""


def log_softmax(logits, axis=-1):
    shifted = logits.astype(np.float64) - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
