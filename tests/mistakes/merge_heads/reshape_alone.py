"""Your result has the right shape, but the findings of different positions are mixed: the axes are not
exchanged.

Exchange heads and positions first, `transpose(1, 2)`, and then let the last two axes become one.
"""

FUNDAMENTAL = "A position gets its own features back: here positions are mixed."


def merge_heads(x):
    batch, num_heads, length, size = x.shape
    return x.reshape(batch, length, num_heads * size)
