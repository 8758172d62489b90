"""Weights that are close are taken for equal in your alignment: they are rounded first. Compare them as they are."""


def alignment(weights):
    return weights.mean(dim=1).mul(10).round().argmax(dim=-1)
