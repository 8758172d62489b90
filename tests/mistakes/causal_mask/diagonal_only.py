"""Your mask is True on the diagonal alone, so that a position sees itself and nothing of its past. All earlier positions are allowed as well."""

FUNDAMENTAL = "A position sees what came before it."


def causal_mask(length):
    return torch.eye(length).bool()
