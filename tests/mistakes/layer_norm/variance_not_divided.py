"""You take off the mean, but do not divide by the standard deviation: large positions stay large."""

FUNDAMENTAL = "The variance is a mean of squares, not their sum."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) + beta
