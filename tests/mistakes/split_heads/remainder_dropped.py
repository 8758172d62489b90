"""Where num_heads does not divide D, some features are silently lost. Say so with a ValueError instead."""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    size = d_model // num_heads
    kept = x[..., : size * num_heads]
    return kept.reshape(batch, length, num_heads, size).transpose(1, 2)
