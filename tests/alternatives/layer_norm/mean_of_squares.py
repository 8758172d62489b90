"""The variance as the mean of the squares minus the square of the mean."""


def layer_norm(x, gamma, beta, eps=1e-5):
    d = x.size(-1)
    mean = x.sum(-1, keepdim=True) / d
    variance = (x * x).sum(-1, keepdim=True) / d - mean * mean
    return (x - mean) / (variance.clamp(min=0.0) + eps) ** 0.5 * gamma + beta
