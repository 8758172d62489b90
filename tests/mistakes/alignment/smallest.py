"""Your alignment finds where each position looks least: argmin instead of argmax."""


def alignment(weights):
    return weights.mean(dim=1).argmin(dim=-1)
