"""Your alignment is that of the first head alone. Average over all heads first: axis 1."""

FUNDAMENTAL = "All heads count."


def alignment(weights):
    return weights[:, 0].argmax(dim=-1)
