"""Chooses between two filled tensors."""


def padding_mask(token_ids, pad_id=0):
    yes = torch.ones_like(token_ids, dtype=torch.bool)
    return torch.where(token_ids == pad_id, torch.zeros_like(yes), yes).unsqueeze(dim=-2)
