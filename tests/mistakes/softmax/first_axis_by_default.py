"""Your default is the first axis, where it should be the last: axis=-1."""


def softmax(logits, axis=0, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp((logits - logits.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
