def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(-1)
    var = x.var(-1, correction=0)
    return gamma * (x - mean) / (var + eps) ** 0.5 + beta
