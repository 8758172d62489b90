def gelu(x):
    return torch.log1p(torch.exp(-x.abs())) + x.clamp(min=0)
