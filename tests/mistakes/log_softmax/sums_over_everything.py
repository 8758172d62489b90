"""Your sum goes over the whole array. It should go along the axis: sum(axis=axis, keepdims=True)."""

FUNDAMENTAL = "Each row of a matrix is a distribution of its own."


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum())
