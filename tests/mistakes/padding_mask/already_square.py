"""Your mask is spread out to (B, L, L). One row for all queries is enough, and right for cross-attention too, where there are other queries than keys: leave the middle axis at 1."""

FUNDAMENTAL = "The mask holds for any number of queries: spread out, it fits only as many as there are keys."


def padding_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    return (token_ids != pad_id).unsqueeze(1).expand(-1, length, length)
