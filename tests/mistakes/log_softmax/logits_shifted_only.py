"""Yours are the logits less the largest one; the logarithm of the sum is missing. Their exponentials do not sum to 1."""

FUNDAMENTAL = "The logarithm of the sum is what makes probabilities of them."


def log_softmax(logits, axis=-1):
    return logits - logits.max(axis=axis, keepdims=True)
