"""You divide by the mean absolute difference. The standard deviation is the root of the mean squared
difference."""


def layer_norm(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(dim=-1, keepdim=True)
    return gamma * centred / (centred.abs().mean(dim=-1, keepdim=True) + eps) + beta
