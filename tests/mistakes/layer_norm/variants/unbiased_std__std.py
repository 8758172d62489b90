def layer_norm(x, gamma, beta, eps=1e-5):
    m, s = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
    normal = (x - m) / (s + eps)
    return normal * gamma + beta
