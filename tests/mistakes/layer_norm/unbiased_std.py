"""You divide by x.std(…): this divides by D − 1 inside, and leaves ε outside the root, if it is there at all.
Take the mean of the squared differences, add ε, then the root."""


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    return gamma * (x - mean) / (x.std(dim=-1, keepdim=True) + eps) + beta
