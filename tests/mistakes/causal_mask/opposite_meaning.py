"""Your mask is True where a position may not look: the convention of nn.MultiheadAttention. In this course True means "may attend", so the True half lies at and below the diagonal."""

FUNDAMENTAL = "True means that a position may look."


def causal_mask(length):
    return torch.triu(torch.ones(length, length, dtype=torch.bool), diagonal=1)
