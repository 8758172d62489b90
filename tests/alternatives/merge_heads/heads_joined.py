"""The heads taken apart and joined along the features."""


def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.size(1))], dim=-1)
