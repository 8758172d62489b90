def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = np.clip(logits / temperature, -50, 50)
    e = np.exp(z)
    return e / e.sum(axis, keepdims=True)
