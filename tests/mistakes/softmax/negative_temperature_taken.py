"""Your softmax refuses a temperature of 0 and takes a negative one, which makes the least likely word the most likely. Raise ValueError for both."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature == 0:
        raise ValueError("temperature must not be 0")
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
