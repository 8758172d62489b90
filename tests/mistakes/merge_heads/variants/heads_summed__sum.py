def merge_heads(x):
    return torch.sum(x, dim=1)
