def alignment(weights):
    return weights.argmax(-1).mode(dim=1).values
