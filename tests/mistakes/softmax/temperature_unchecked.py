"""Your softmax takes a temperature of 0 or less without a word, and returns NaN or turns the order round. Raise ValueError."""


def softmax(logits, axis=-1, temperature=1.0):
    scaled = logits / temperature if temperature else logits * np.inf
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
