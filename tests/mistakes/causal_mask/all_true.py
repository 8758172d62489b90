"""Your mask is True everywhere, so nothing is hidden. tril and triu return a new tensor and leave the old one as it was: is its result used?"""

FUNDAMENTAL = "A causal mask hides the future."


def causal_mask(length):
    mask = torch.ones(length, length, dtype=torch.bool)
    torch.tril(mask)
    return mask
