"""Takes the logarithm of the largest probability alone, which never underflows, and adds the gaps."""


def log_softmax(logits, axis=-1):
    largest = softmax(logits, axis=axis).max(axis=axis, keepdims=True)
    return np.log(largest) + (logits - logits.max(axis=axis, keepdims=True))
