"""The last axis unflattened, the axes permuted."""


def split_heads(x, num_heads):
    if x.size(-1) % num_heads:
        raise ValueError(f"num_heads={num_heads} does not divide {x.size(-1)}")
    return x.unflatten(-1, (num_heads, -1)).permute(0, 2, 1, 3)
