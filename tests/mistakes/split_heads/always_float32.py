"""Your heads are float32 even where x is float64: a tensor made by `torch.zeros(…)` is float32.

There is no need to make one: cut the last axis, and exchange two.
"""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    size = d_model // num_heads
    heads = torch.zeros(batch, num_heads, length, size)
    for h in range(num_heads):
        heads[:, h] = x[:, :, h * size : (h + 1) * size]
    return heads
