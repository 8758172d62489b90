"""Reshapes in the place of unsqueeze."""


def padding_mask(token_ids, pad_id=0):
    batch, length = token_ids.shape
    return token_ids.ne(pad_id).reshape(batch, 1, length)
