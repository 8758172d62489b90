"""Sums the ratios of all exponentials to each one: p_i is 1 over the sum of e to the z_j - z_i."""


def softmax(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be above 0")
    rows = np.swapaxes(logits / temperature, axis, -1)
    rows = np.where(np.isneginf(rows), rows.dtype.type(-1e300 if rows.dtype == np.float64 else -1e38), rows)
    with np.errstate(over="ignore"):
        sums = np.exp(rows[..., None, :] - rows[..., :, None]).sum(axis=-1)
    return np.swapaxes(1 / sums, axis, -1)
