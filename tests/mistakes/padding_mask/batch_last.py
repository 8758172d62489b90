"""Your mask lies transposed: a row for each position, a column for each sentence. Keep the batch first: (B, 1, L)."""


def padding_mask(token_ids, pad_id=0):
    return (token_ids != pad_id).T.unsqueeze(1)
