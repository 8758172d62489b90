def alignment(weights):
    return weights.mean(1).amax(-1)
