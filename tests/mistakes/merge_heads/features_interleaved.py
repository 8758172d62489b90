"""Your result takes one feature of every head in turn. Every position wants all features of head 0 first.

Before the last two axes become one, they must be (H, d), in this order.
"""

FUNDAMENTAL = "The heads stand side by side, each a block: here they are interleaved."


def merge_heads(x):
    batch, num_heads, length, size = x.shape
    return x.permute(0, 2, 3, 1).reshape(batch, length, num_heads * size)
