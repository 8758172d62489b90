"""Your mask holds the numbers 0 and 1, where booleans were asked for. `&`, `~` and masked_fill need True and False: give torch.ones a dtype, or compare with 0."""


def causal_mask(length):
    return torch.tril(torch.ones(length, length))
