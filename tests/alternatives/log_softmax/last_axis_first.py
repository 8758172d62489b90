"""Moves the axis to the end, works there, and moves it back."""


def log_softmax(logits, axis=-1):
    rows = np.moveaxis(logits, axis, -1)
    rows = rows - rows.max(-1)[..., np.newaxis]
    rows = rows - np.log(np.exp(rows).sum(-1))[..., np.newaxis]
    return np.moveaxis(rows, -1, axis)
