"""Spreads the padding mask over the queries and keeps its lower triangle."""


def decoder_mask(token_ids, pad_id=0):
    return padding_mask(token_ids, pad_id).repeat(1, token_ids.shape[1], 1).tril()
