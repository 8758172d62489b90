def alignment(weights):
    return weights[:, 0].argmax(-1)
