def softmax(logits, axis=-1, temperature=1.0):
    assert temperature > 0, "temperature must be positive"
    z = logits / temperature
    e = np.exp(z - np.amax(z, axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
