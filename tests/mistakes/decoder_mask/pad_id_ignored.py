"""Your mask takes 0 for padding, whatever pad_id says. Hand pad_id on to padding_mask."""


def decoder_mask(token_ids, pad_id=0):
    return causal_mask(token_ids.shape[1]) & padding_mask(token_ids)
