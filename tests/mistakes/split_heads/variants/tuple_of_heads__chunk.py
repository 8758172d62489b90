def split_heads(x, num_heads):
    if x.shape[-1] % num_heads:
        raise ValueError(f"{num_heads} does not divide {x.shape[-1]}")
    return [head for head in x.chunk(num_heads, -1)]
