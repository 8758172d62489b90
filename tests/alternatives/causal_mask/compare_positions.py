"""Compares key positions with query positions."""


def causal_mask(length):
    positions = torch.arange(length)
    return positions <= positions.unsqueeze(1)
