"""You subtract the sum of the exponentials, and not its logarithm."""

FUNDAMENTAL = "It is the logarithms that are asked for."


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=axis, keepdims=True)
