"""Takes everything but the strict upper triangle."""


def causal_mask(length):
    return ~torch.triu(torch.ones(length, length, dtype=torch.bool), diagonal=1)
