"""Your numbers are right, but no gradient flows back to the heads: something cuts it off.

`.detach()`, `.data`, `.numpy()` and `torch.tensor(…)` do that; transposing and reshaping do not.
"""


def merge_heads(x):
    return x.detach().transpose(1, 2).flatten(2)
