"""An empty tensor of the right dtype, filled head by head."""


def split_heads(x, num_heads):
    batch, length, features = x.shape
    if features % num_heads != 0:
        raise ValueError("the features cannot be shared evenly among the heads")
    size = features // num_heads
    heads = x.new_empty(batch, num_heads, length, size)
    for h in range(num_heads):
        heads[:, h] = x[..., h * size : h * size + size]
    return heads
