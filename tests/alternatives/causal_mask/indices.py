"""Sets the entries named by tril_indices."""


def causal_mask(length: int) -> torch.Tensor:
    mask = torch.full((length, length), False)
    rows, columns = torch.tril_indices(length, length)
    mask[rows, columns] = True
    return mask
