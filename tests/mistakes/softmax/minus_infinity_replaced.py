"""You replace -inf by a finite number, so that a forbidden word may become likely among very negative logits. NumPy knows that e to the -inf is 0: leave it."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = np.nan_to_num(logits, neginf=-1e4) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
