"""Your alignment finds where each position looks least: argmin instead of argmax."""

FUNDAMENTAL = "It is the largest weight that is sought."


def alignment(weights):
    return weights.mean(dim=1).argmin(dim=-1)
