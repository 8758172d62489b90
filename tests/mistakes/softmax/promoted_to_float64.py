"""float32 comes into your softmax, and float64 goes out. Something in it is a float64 array or NumPy scalar, such as np.float64(...) or np.sqrt(...): plain Python numbers do not promote."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
