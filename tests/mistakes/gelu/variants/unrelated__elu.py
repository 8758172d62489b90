def gelu(x):
    return F.elu(x)
