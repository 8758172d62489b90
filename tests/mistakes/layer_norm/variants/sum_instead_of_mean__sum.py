def layer_norm(x, gamma, beta, eps=1e-5):
    c = x - x.mean(-1, keepdim=True)
    return gamma * c / (c.square().sum(-1, keepdim=True) + eps).sqrt() + beta
