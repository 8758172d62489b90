"""Finds the padding, and takes what is left."""


def padding_mask(token_ids, pad_id=0):
    is_padding = token_ids.eq(pad_id)
    return torch.logical_not(is_padding)[:, None, :]
