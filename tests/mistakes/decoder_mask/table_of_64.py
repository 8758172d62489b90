"""Your mask is right up to the size of your table, but sentences may be longer than that. Make the causal
part for the length of the tokens."""

import torch

TABLE = torch.ones(64, 64, dtype=torch.bool).tril()


def decoder_mask(token_ids, pad_id=0):
    length = token_ids.shape[1]
    return TABLE[:length, :length] & (token_ids != pad_id)[:, None, :]
