"""Your softmax changes the array that it is given: -= and /= work in place. Whoever called it still needs the logits: write logits = logits / temperature."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    logits /= temperature
    logits -= logits.max(axis=axis, keepdims=True)
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
