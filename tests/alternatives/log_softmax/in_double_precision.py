"""Computes in float64 and casts back at the end; the largest term of the sum is left to log1p."""


def log_softmax(logits, axis=-1):
    wide = np.array(logits, dtype=np.float64)
    wide -= wide.max(axis=axis, keepdims=True)
    rest = np.exp(wide).sum(axis=axis, keepdims=True) - 1
    return (wide - np.log1p(rest)).astype(logits.dtype)
