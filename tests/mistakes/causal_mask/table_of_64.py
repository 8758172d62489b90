"""Your mask is right up to the size of your table, and no larger than that for longer sequences. Make it
for the length that is asked for."""

import torch

TABLE = torch.ones(64, 64, dtype=torch.bool).tril()


def causal_mask(length):
    return TABLE[:length, :length]
