# both: base_two temperature_multiplied
def softmax(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    z = logits * temperature
    top = np.max(z, axis, keepdims=True)
    p = np.exp2(z - top)
    p = p / np.sum(p, axis, keepdims=True)
    return p
