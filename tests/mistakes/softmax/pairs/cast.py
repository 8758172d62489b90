# both: always_float32 temperature_unchecked
def softmax(logits, axis=-1, temperature=1.0):
    z = (logits / temperature).astype("float32")
    z = np.exp(z - z.max(axis=axis, keepdims=True))
    return z / z.sum(axis=axis, keepdims=True)
