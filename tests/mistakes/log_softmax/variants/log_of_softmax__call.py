def log_softmax(logits, axis=-1):
    return np.log(softmax(logits, axis))
