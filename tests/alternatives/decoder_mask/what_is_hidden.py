"""Collects what is hidden, and turns the result round at the end."""


def decoder_mask(token_ids, pad_id=0):
    hidden = ~causal_mask(token_ids.shape[-1]) | ~padding_mask(token_ids, pad_id)
    return ~hidden
