"""Your mask has shape (B, 1, 1, L), with an axis for the heads. In this course masks have no head axis: the attention adds it. Return (B, 1, L)."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids != pad_id)[:, None, None, :]
