"""Your alignment follows whichever head has the largest single weight. Take the mean over the heads, not the maximum."""


def alignment(weights):
    return weights.amax(dim=1).argmax(dim=-1)
