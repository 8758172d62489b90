"""Your probabilities are the logits divided by their sum. Negative logits become negative probabilities: take the exponential first."""

FUNDAMENTAL = "The exponential makes probabilities of logits."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits / temperature
    return scaled / scaled.sum(axis=axis, keepdims=True)
