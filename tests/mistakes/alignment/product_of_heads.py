"""Your alignment multiplies the weights of the heads, so a head that gives 0 can forbid a position. It is the mean that is asked for."""


def alignment(weights):
    return weights.prod(dim=1).argmax(dim=-1)
