def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = logits / temperature
    e = np.exp(z - np.max(z))
    return e / e.sum(axis=axis, keepdims=True)
