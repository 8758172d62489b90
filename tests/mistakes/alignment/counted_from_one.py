"""Your positions are one too large: they count from 1. Positions in a tensor count from 0."""


def alignment(weights):
    return weights.mean(dim=1).argmax(dim=-1) + 1
