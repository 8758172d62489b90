"""Your alignment marks the position with a 1 in a row of zeros. The number of the position is asked for, and argmax returns it."""

FUNDAMENTAL = "It is the number of a position that is asked for, not a row."


def alignment(weights):
    return F.one_hot(weights.mean(dim=1).argmax(dim=-1), weights.shape[-1])
