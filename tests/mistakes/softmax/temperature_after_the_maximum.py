"""You subtract the largest logit from logits that have been divided by the temperature already. Far from a temperature of 1 that overflows: take the largest after dividing."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp(logits / temperature - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
