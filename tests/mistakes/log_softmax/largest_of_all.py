"""You subtract the largest logit of the whole array, so that a row far below it has a sum of 0. Each slice along the axis has its own largest."""


def log_softmax(logits, axis=-1):
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
