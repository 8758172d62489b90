def gelu(x):
    return F.silu(x)
