def layer_norm(x, gamma, beta, eps=1e-5):
    d = x.shape[-1]
    c = x - x.sum(-1, keepdim=True) / d
    v = torch.einsum("...i,...i->...", c, c)[..., None] / (d - 1)
    return beta + gamma * c * torch.rsqrt(v + eps)
