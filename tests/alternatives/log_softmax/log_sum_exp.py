"""Subtracts the logarithm of the summed exponentials, with the largest logit put back."""


def log_softmax(logits, axis=-1):
    largest = np.max(logits, axis=axis, keepdims=True)
    total = largest + np.log(np.sum(np.exp(logits - largest), axis=axis, keepdims=True))
    return logits - total
