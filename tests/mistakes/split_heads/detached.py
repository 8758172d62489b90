"""Your heads hold the right numbers, but no gradient flows back to x: something cuts it off.

`.detach()`, `.data`, `.numpy()` and `torch.tensor(…)` do that; reshaping and slicing do not.
"""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.data.reshape(batch, length, num_heads, d_model // num_heads).transpose(1, 2)
