"""Your mask combines the padding of shape (B, L) with the causal mask as if it were (L_q, L_k): sentences are taken for queries. Give it an axis of length 1 in the middle."""

FUNDAMENTAL = "Each sentence has a mask of its own: here sentences are taken for queries."


def decoder_mask(token_ids, pad_id=0):
    return (causal_mask(token_ids.shape[1]) & (token_ids != pad_id)).expand(token_ids.shape[0], -1, -1)
