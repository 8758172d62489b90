"""Your exponential has another base than e. Logits are natural logarithms: np.exp, not 2 ** x."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    scaled = logits / temperature
    powers = 2 ** (scaled - scaled.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)
