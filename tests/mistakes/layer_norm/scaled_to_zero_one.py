"""You bring every position to the range 0 to 1 by its smallest and largest feature. The norm uses mean and
standard deviation."""


def layer_norm(x, gamma, beta, eps=1e-5):
    low, high = x.amin(dim=-1, keepdim=True), x.amax(dim=-1, keepdim=True)
    return gamma * (x - low) / (high - low + eps) + beta
