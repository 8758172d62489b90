"""Your heads come in reverse order: head 0 should hold the first D/H features."""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, length, num_heads, -1).transpose(1, 2).flip(1)
