"""Treats one slice after the other."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")

    def one(slice_):
        slice_ = slice_ / temperature
        powers = np.exp(slice_ - slice_.max())
        return powers / powers.sum()

    return np.apply_along_axis(one, axis, logits)
