def alignment(weights):
    return weights.mean(1).flip(-1).argmax(-1)
