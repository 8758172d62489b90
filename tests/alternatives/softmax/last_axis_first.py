"""Moves the axis to the end, works there, and moves it back."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    rows = np.moveaxis(logits, axis, -1) / temperature
    rows = np.exp(rows - rows.max(-1)[..., None])
    return np.moveaxis(rows / rows.sum(-1)[..., None], -1, axis)
