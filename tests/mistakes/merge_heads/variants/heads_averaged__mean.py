def merge_heads(x):
    return torch.mean(x, 1)
