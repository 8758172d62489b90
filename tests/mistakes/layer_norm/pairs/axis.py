# both: over_the_positions sum_instead_of_mean
def layer_norm(x, gamma, beta, eps=1e-5):
    d = x - torch.mean(x, -2, keepdim=True)
    total = (d**2).sum(-2, keepdim=True)
    return gamma * (d / (total + eps) ** 0.5) + beta
