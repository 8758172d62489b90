"""Where a score is exactly 0 you take it for masked, though the mask allows the key. Ask the mask, not the
numbers."""

import math

import torch


def scaled_dot_product_attention(query, key, value, mask=None):
    s = query @ key.mT / math.sqrt(query.shape[-1])
    if mask is not None:
        s = s * mask
        s = torch.where(s == 0, -math.inf, s)
    w = s.softmax(-1).nan_to_num(0.0)
    return w @ value, w
