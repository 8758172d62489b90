def softmax(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    z = math.e ** (logits / temperature)
    return (z / z.sum(axis, keepdims=True)).astype(logits.dtype)
