"""Permuted and flattened by negative axes."""


def merge_heads(x):
    return torch.permute(x, (0, 2, 1, 3)).flatten(start_dim=-2, end_dim=-1)
