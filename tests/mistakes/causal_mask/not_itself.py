"""The diagonal of your mask is False, so that a position may not look at itself, and the first one at nothing. It may: what it is asked about is the position after it."""

FUNDAMENTAL = "A position sees itself."


def causal_mask(length):
    positions = torch.arange(length)
    return positions[None, :] < positions[:, None]
