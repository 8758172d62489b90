def layer_norm(x, gamma, beta, eps=1e-5):
    return x / torch.sqrt((x**2).mean(-1, keepdim=True) + eps) * gamma + beta
