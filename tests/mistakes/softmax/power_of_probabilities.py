"""On paper a power of the probabilities does the same; but what has underflowed to 0 stays 0 at any
temperature. Divide the logits first.
"""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    p = (e / e.sum(axis=axis, keepdims=True)) ** (1 / temperature)
    return p / p.sum(axis=axis, keepdims=True)
