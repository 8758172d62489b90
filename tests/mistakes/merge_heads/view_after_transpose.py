"""PyTorch refuses: after `transpose`, the numbers do not lie in memory as `view` needs them.

`reshape` copies them where it must, and so does `.contiguous()` before the `view`.
"""

FUNDAMENTAL = "Every call ends in an error."


def merge_heads(x):
    batch, num_heads, length, size = x.shape
    return x.transpose(1, 2).view(batch, length, num_heads * size)
