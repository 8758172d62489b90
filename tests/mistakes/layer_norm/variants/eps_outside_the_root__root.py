def layer_norm(x, gamma, beta, eps=1e-5):
    m = x.mean(dim=-1, keepdim=True)
    deviation = ((x - m) ** 2).mean(dim=-1, keepdim=True) ** 0.5
    return gamma * (x - m) / (deviation + eps) + beta
