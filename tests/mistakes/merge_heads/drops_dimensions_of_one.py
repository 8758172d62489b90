"""Your result loses a dimension where its size is 1: `squeeze()` takes all of those. Leave the shape as it
is.
"""


def merge_heads(x):
    return x.transpose(1, 2).flatten(2).squeeze()
