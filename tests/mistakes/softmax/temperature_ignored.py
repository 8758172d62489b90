"""The temperature changes nothing in your softmax. Divide the logits by it before the exponential."""

FUNDAMENTAL = "The temperature divides the logits."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
