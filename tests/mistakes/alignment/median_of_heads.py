"""Your alignment takes the median of the heads. It is the mean that is asked for."""


def alignment(weights):
    return weights.median(dim=1).values.argmax(dim=-1)
