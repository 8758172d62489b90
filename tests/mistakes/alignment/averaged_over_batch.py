"""Your alignment mixes the sentences: the mean is taken over axis 0, the batch. The heads are axis 1."""

FUNDAMENTAL = "It is the heads that are averaged."


def alignment(weights):
    return weights.mean(dim=0).argmax(dim=-1)
