def split_heads(x, num_heads):
    b, length, d = x.shape
    if d % num_heads:
        raise ValueError(f"{num_heads} does not divide {d}")
    return x.unflatten(2, (d // num_heads, num_heads)).transpose(1, 2)
