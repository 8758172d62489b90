"""Your result is (B, L, d), the mean of the heads. Lay them side by side instead: nothing that a head
found is lost.
"""


def merge_heads(x):
    return x.mean(dim=1)
