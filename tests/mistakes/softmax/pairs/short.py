# both: axis_ignored temperature_ignored
def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError(temperature)
    weights = np.exp(logits - np.amax(logits, axis=-1)[..., None])
    return weights / np.add.reduce(weights, axis=-1, keepdims=True)
