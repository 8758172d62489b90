def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    e = np.exp(logits - np.amax(logits, axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
