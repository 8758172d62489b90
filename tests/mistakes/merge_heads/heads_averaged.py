"""Your result is (B, L, d), the mean of the heads. Lay them side by side instead: nothing that a head
found is lost.
"""

FUNDAMENTAL = "Merging puts the heads side by side, and loses nothing: a mean loses them."


def merge_heads(x):
    return x.mean(dim=1)
