"""Your heads have the right shape, but positions are torn apart: a single reshape keeps the numbers in
their order.

Cut the last axis in two first, (B, L, H, D/H), and then exchange the axes of positions and heads.
"""

FUNDAMENTAL = "A head sees every position: here positions are torn apart."


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, num_heads, length, d_model // num_heads)
