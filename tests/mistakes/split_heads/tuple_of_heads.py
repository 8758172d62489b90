"""You return the heads one by one, as a tuple or list. Stack them into one tensor, (B, H, L, D/H)."""

FUNDAMENTAL = "One tensor is asked for: a tuple of heads is no input for attention."


def split_heads(x, num_heads):
    if x.shape[-1] % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return torch.chunk(x, num_heads, dim=-1)
