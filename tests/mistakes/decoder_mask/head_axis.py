"""Your mask has shape (B, 1, L, L), with an axis for the heads. In this course masks have no head axis: the attention adds it. Return (B, L, L)."""


def decoder_mask(token_ids, pad_id=0):
    return (causal_mask(token_ids.shape[1]) & padding_mask(token_ids, pad_id)).unsqueeze(1)
