"""The exponential of the logits less the logarithm of their summed exponentials."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits / temperature
    total = np.logaddexp.reduce(scaled, axis=axis, keepdims=True)
    return np.exp(scaled - total)
