def gelu(x):
    return F.gelu(x, approximate="none")
