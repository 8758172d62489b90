"""Your sum loses an axis, so that it no longer fits, or fits the wrong one where the array is square. keepdims=True leaves an axis of length 1 in its place."""

FUNDAMENTAL = "Each row of a matrix is a distribution of its own."


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis))
