"""Your positions are right, but they are floating-point numbers, and cannot index a sentence. Leave them long, as argmax returns them."""


def alignment(weights):
    return weights.mean(dim=1).argmax(dim=-1).to(weights.dtype)
