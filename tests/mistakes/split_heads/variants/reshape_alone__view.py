def split_heads(x, num_heads):
    b, length, d = x.shape
    if d % num_heads:
        raise ValueError(f"{num_heads} does not divide {d}")
    return x.contiguous().view(b, num_heads, length, d // num_heads)
