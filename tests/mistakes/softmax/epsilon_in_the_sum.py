"""Your probabilities sum to a little less than 1: a small number is added to the sum. With the largest logit subtracted, the sum is at least 1 and needs no help."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + 1e-6)
