"""Divides the shifted logits by the temperature, and checks the other way round."""


def softmax(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("the temperature has to be positive")
    shifted = (logits - np.max(logits, axis, keepdims=True)) / temperature
    return np.exp(shifted) / np.sum(np.exp(shifted), axis, keepdims=True)
