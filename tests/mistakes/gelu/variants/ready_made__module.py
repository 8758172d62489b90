def gelu(x):
    return nn.GELU()(x)
