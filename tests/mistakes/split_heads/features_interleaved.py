"""Head h gets every H-th feature, from feature h on; it should get a block of neighbours.

Cut the last axis into (H, D/H), in this order: the heads are the outer one.
"""

FUNDAMENTAL = "A head is a block of neighbouring features: here all heads hold other ones."


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError("num_heads must divide d_model")
    return x.reshape(batch, length, d_model // num_heads, num_heads).permute(0, 3, 1, 2)
