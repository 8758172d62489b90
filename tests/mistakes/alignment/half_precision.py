"""Nearly always right, but half precision knows only three digits, and close weights become equal. Compare
the averages in the precision that they have."""


def alignment(weights):
    return weights.mean(dim=1).half().argmax(dim=-1)
