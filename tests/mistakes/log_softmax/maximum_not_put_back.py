"""You subtract the largest logit inside the sum, but not outside. Take both terms from the same shifted logits, or add the largest to the logarithm."""


def log_softmax(logits, axis=-1):
    largest = logits.max(axis=axis, keepdims=True)
    return logits - np.log(np.exp(logits - largest).sum(axis=axis, keepdims=True))
