"""A slice of the features for every head, stacked on a new axis."""


def split_heads(x, num_heads):
    size, rest = divmod(x.shape[-1], num_heads)
    if rest != 0:
        raise ValueError(f"cannot cut {x.shape[-1]} features into {num_heads} equal heads")
    return torch.stack([x[:, :, h * size : (h + 1) * size] for h in range(num_heads)], dim=1)
