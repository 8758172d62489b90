"""Your sum loses an axis, so that it no longer fits, or fits the wrong one where the array is square. keepdims=True leaves an axis of length 1 in its place."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp((logits - logits.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis)
