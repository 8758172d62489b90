def merge_heads(x):
    return torch.cat([part.squeeze() for part in x.split(1, dim=1)], dim=-1)
