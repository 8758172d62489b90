"""You subtract the smallest logit, so that the largest still overflows, and -inf makes NaN of its whole row. Subtract the largest."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.min(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
