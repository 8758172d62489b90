"""Your log-softmax goes along the last axis, whatever axis says. Hand axis on to max and sum."""

FUNDAMENTAL = "The axis is chosen by the argument."


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
