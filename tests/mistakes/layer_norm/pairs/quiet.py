# both: mean_not_subtracted gamma_ignored
def layer_norm(x, gamma, beta, eps=1e-5):
    scale = (x.var(dim=-1, unbiased=False, keepdim=True) + eps).rsqrt()
    return x * scale + beta
