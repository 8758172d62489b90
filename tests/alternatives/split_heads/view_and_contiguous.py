"""view, transpose and a contiguous copy; a ValueError of its own kind."""


class HeadsError(ValueError):
    pass


def split_heads(x, num_heads):
    b, n, d = x.size()
    if d // num_heads * num_heads != d:
        raise HeadsError(f"{d} is not a multiple of {num_heads}")
    return x.contiguous().view(b, n, num_heads, d // num_heads).transpose(2, 1).contiguous()
