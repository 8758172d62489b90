"""Only head 0 is left in your result. Lay all heads side by side, so that a position has H·d features."""


def merge_heads(x):
    return x[:, 0]
