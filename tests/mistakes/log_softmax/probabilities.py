"""Yours are the probabilities, not their logarithms: all of them lie between 0 and 1, where none should be above 0."""

FUNDAMENTAL = "It is the logarithms that are asked for."


def log_softmax(logits, axis=-1):
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
