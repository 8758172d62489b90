"""Your mask is causal and lets everybody look at padding. A key must be in the past and be a word: combine both masks with &."""

FUNDAMENTAL = "The mask of a decoder hides padding."


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1]).expand(token_ids.shape[0], -1, -1)
