"""Your result is (B, L, H, d): the last two axes are still to become one, H·d."""


def merge_heads(x):
    return x.transpose(1, 2)
