def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = logits / temperature
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / (e.sum(axis, keepdims=True) + 1e-8)
