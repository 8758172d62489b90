"""Your heads are right, but where num_heads does not divide D the error is PyTorch's own, about shapes.

Check it first, and raise a ValueError whose message names the two numbers.
"""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    return x.view(batch, length, num_heads, d_model // num_heads).transpose(1, 2)
