"""Your alignment averages over the target positions instead of the heads: one answer per head comes out. The heads are axis 1."""

FUNDAMENTAL = "It is the heads that are averaged."


def alignment(weights):
    return weights.mean(dim=2).argmax(dim=-1)
