"""You divide by the variance; the square root is missing. After the norm, a position's variance should be
1."""

FUNDAMENTAL = "A normalised vector has variance 1: the divisor is the root of the variance."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / (variance + eps) + beta
