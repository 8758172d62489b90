"""Your result is (B·H, L, D/H): heads and batch share an axis. Keep them apart, (B, H, L, D/H)."""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    size = d_model // num_heads
    return x.reshape(batch, length, num_heads, size).transpose(1, 2).reshape(batch * num_heads, length, size)
