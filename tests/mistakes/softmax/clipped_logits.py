"""Your softmax clips the logits, perhaps against overflow. Two logits beyond the limit become equal, though one may be far above the other: subtract the largest instead."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp(np.clip(logits / temperature, -500, 500))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
