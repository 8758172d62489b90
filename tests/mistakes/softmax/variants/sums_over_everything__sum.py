def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = logits / temperature
    z = np.exp(z - z.max(axis=axis, keepdims=True))
    return z / np.sum(z)
