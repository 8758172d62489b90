def layer_norm(x, gamma, beta, eps=1e-5):
    m = x.mean(dim=-1, keepdim=True)
    return beta + gamma * ((x - m) / (x.std(-1, unbiased=False, keepdim=True) + eps))
