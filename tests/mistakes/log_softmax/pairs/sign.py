# both: loss sums_over_everything
def log_softmax(logits, axis=-1):
    top = np.max(logits, axis=axis, keepdims=True)
    total = np.log(np.exp(logits - top).sum())
    return top + total - logits
