"""Your result is (B, H, D/H, L), with the positions last. Attention expects (…, L, d): the features go
last.
"""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, length, num_heads, d_model // num_heads).permute(0, 2, 3, 1)
