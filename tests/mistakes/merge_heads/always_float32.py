"""Your result is float32 even where the heads are float64: a tensor made by `torch.zeros(…)` is float32.

There is no need to make one: exchange two axes, and let the last two become one.
"""


def merge_heads(x):
    batch, num_heads, length, size = x.shape
    merged = torch.zeros(batch, length, num_heads * size)
    for h in range(num_heads):
        merged[:, :, h * size : (h + 1) * size] = x[:, h]
    return merged
