def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    logits -= np.amax(logits, axis, keepdims=True)
    e = np.exp(logits / temperature)
    return e / e.sum(axis, keepdims=True)
