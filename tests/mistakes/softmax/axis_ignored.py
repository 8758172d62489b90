"""Your softmax normalises along the last axis, whatever axis says. Hand axis on to max and sum."""

FUNDAMENTAL = "The axis is chosen by the argument."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
