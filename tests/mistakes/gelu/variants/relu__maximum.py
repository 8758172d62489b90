def gelu(x):
    return torch.maximum(x, torch.zeros_like(x))
