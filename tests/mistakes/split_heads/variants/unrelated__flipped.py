def split_heads(x, num_heads):
    b, length, d = x.shape
    if d % num_heads:
        raise ValueError(f"{num_heads} does not divide {d}")
    return x.flip(1).reshape(b, length, num_heads, -1).permute(0, 2, 1, 3)
