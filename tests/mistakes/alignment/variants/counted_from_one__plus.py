def alignment(weights):
    return 1 + weights.sum(dim=1).argmax(dim=-1)
