"""Your heads are right, but a num_heads that does not divide D ends in an AssertionError.

An `assert` is a note to yourself, and vanishes under `python -O`. For the caller's mistakes, raise a
ValueError.
"""


def split_heads(x, num_heads):
    batch, length, d_model = x.shape
    assert d_model % num_heads == 0, "num_heads must divide d_model"
    return x.view(batch, length, num_heads, d_model // num_heads).transpose(1, 2)
