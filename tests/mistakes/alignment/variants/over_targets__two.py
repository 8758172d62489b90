def alignment(weights):
    return weights.mean(1).argmax(1)
