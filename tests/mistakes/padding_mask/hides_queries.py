"""Your mask has shape (B, L, 1): it silences queries that are padding, and lets everybody look at padding. The axis of the keys is the last one: (B, 1, L)."""

FUNDAMENTAL = "It is the keys that are hidden, not the queries."


def padding_mask(token_ids, pad_id=0):
    return (token_ids != pad_id).unsqueeze(-1)
