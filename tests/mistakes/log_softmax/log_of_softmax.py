"""Yours is the logarithm of the softmax, and -inf where the probability is too small for a float. Subtract the logarithm of the sum from the logits instead, without computing a probability."""

FUNDAMENTAL = "Whatever underflows has a logarithm nonetheless: that is what this is for."


def log_softmax(logits, axis=-1):
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return np.log(exponentials / exponentials.sum(axis=axis, keepdims=True))
