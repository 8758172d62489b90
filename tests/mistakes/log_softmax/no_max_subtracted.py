"""Large logits overflow in your sum, and very negative ones leave the logarithm of 0. Subtract the largest logit along the axis first."""

FUNDAMENTAL = "Logits of any size have a log-softmax: here large ones overflow."


def log_softmax(logits, axis=-1):
    return logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))
