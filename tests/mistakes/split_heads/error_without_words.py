"""Your ValueError has no message. Say which two numbers do not fit: the reader will thank you."""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError
    return x.view(batch, length, num_heads, d_model // num_heads).transpose(1, 2)
