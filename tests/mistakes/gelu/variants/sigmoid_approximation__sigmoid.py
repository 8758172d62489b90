def gelu(x):
    return x * torch.special.expit(1.702 * x)
