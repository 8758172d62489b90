def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    z = logits / temperature
    return z / z.sum(axis, keepdims=True)
