"""Your temperature works the wrong way round: hot makes the probabilities bolder. Divide the logits by it."""

FUNDAMENTAL = "The temperature divides the logits: here hot is cold."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits * temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
