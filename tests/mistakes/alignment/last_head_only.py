"""Your alignment is that of the last head alone. Average over all heads first: axis 1."""

FUNDAMENTAL = "All heads count."


def alignment(weights):
    return weights[:, -1].argmax(dim=-1)
