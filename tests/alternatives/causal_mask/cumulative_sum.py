"""Sums an identity matrix down its columns: below the diagonal, everything becomes 1."""


def causal_mask(length):
    return torch.eye(length).cumsum(dim=0).bool()
