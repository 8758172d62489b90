"""Computes in float64 and casts back at the end."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0.0:
        raise ValueError(f"temperature={temperature} is not above 0")
    scaled = np.asarray(logits, dtype=np.float64) / float(temperature)
    scaled -= scaled.max(axis=axis, keepdims=True)
    powers = np.exp(scaled)
    powers /= powers.sum(axis=axis, keepdims=True)
    return powers.astype(logits.dtype)
