"""Your mask silences the queries that are padding, and lets everybody look at padding. The keys are the last axis: the padding mask is (B, 1, L), not (B, L, 1)."""

FUNDAMENTAL = "It is the keys that are hidden, not the queries."


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1]) & (token_ids != pad_id).unsqueeze(-1)
