"""Computed in float64, np.sqrt and all, and cast back to the dtype that came in."""


def soft_lookup(query: np.ndarray, keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    s = (keys.astype(np.float64) @ query.astype(np.float64)) / np.sqrt(query.shape[0])
    s -= s.max()
    w = np.exp(s)
    w /= w.sum()
    return (w[:, np.newaxis] * values).sum(axis=0).astype(query.dtype)
