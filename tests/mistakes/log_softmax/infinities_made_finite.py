"""A logit of -inf comes out of yours as a finite number. It is a word that is forbidden, and the logarithm of its probability is -inf: leave it."""


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return np.nan_to_num(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))
