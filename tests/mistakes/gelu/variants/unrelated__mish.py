def gelu(x):
    return F.mish(x)
