def split_heads(x, num_heads):
    b, length, d = x.shape
    if d % num_heads != 0:
        raise ValueError(f"{num_heads} does not divide {d}")
    return x.reshape(b, length, d // num_heads, num_heads).permute(0, 3, 1, 2)
