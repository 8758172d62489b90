"""For a temperature of 0 or less your softmax fails with another error than ValueError. assert is for what cannot happen; raise ValueError for what a caller got wrong."""


def softmax(logits, axis=-1, temperature=1.0):
    assert temperature > 0, "temperature must be above 0"
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
