"""Large logits overflow in your sum, and very negative ones leave the logarithm of 0. Subtract the largest logit along the axis first."""


def log_softmax(logits, axis=-1):
    return logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))
