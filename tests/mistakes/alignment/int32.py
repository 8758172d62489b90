"""Your positions are right, but int32. Leave them long, as argmax returns them."""


def alignment(weights):
    return weights.mean(dim=1).argmax(dim=-1).int()
