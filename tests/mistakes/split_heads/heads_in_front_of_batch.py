"""Your result is (H, B, L, D/H), with the heads before the batch. Stack them along axis 1."""


def split_heads(x, num_heads):
    if x.shape[-1] % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return torch.stack(torch.chunk(x, num_heads, dim=-1), dim=0)
