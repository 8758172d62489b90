"""Your mask holds the numbers 0 and 1, where booleans were asked for. `&` of two boolean masks is boolean, and so is their product."""


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1]).float() * padding_mask(token_ids, pad_id).float()
