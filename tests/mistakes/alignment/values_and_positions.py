"""Your alignment is a pair: tensor.max with a dim returns the values and the positions. Only the positions are asked for: .indices, or argmax."""


def alignment(weights):
    return tuple(weights.mean(dim=1).max(dim=-1))
