def softmax(logits, axis=-1, temperature=1.0):
    if temperature == 0:
        raise ValueError("temperature must not be 0")
    z = logits / temperature
    e = np.exp(z - np.amax(z, axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
