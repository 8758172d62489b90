"""Large logits overflow in your softmax, and very negative ones all vanish: e to the 1000 is no float. Subtract the largest logit along the axis first; it changes no probability."""

FUNDAMENTAL = "Logits of any size have a softmax: here large ones overflow."


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    exponentials = np.exp(logits / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
