"""Your probabilities sum to 1 over the whole array. They should along the axis: sum(axis=axis, keepdims=True)."""

FUNDAMENTAL = "Each row is a distribution of its own."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp((logits - logits.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum()
