"""Your alignment holds weights, not positions: max gives the largest value. Where it is, argmax says."""

FUNDAMENTAL = "It is the position that is asked for, not the weight."


def alignment(weights):
    return weights.mean(dim=1).max(dim=-1).values
