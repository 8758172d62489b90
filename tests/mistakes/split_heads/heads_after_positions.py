"""Your result is (B, L, H, D/H): the axes of positions and heads are still to be exchanged, by
`transpose(1, 2)`.
"""

FUNDAMENTAL = "Attention runs over positions: here it would run over heads."


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, length, num_heads, d_model // num_heads)
