"""Your mask has shape (B, L). Against scores of shape (B, L_q, L_k) that would be read as (L_q, L_k). Put an axis of length 1 in the middle: unsqueeze(1)."""


def padding_mask(token_ids, pad_id=0):
    return token_ids != pad_id
