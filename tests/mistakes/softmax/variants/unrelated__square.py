def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    e = (logits / temperature) ** 2
    return e / e.sum(axis, keepdims=True)
