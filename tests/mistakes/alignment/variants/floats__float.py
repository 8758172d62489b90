def alignment(weights):
    return weights.sum(1).argmax(-1).to(weights.dtype)
