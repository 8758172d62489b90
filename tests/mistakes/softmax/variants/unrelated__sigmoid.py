def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    e = 1 / (1 + np.exp(-logits / temperature))
    return e / e.sum(axis, keepdims=True)
