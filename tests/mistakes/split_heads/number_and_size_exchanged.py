"""You make D/H heads of H features each: the number of heads and the size of a head have changed places."""

FUNDAMENTAL = "num_heads is the number of heads, not their size."


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, length, d_model // num_heads, num_heads).transpose(1, 2)
