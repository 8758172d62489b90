"""Where a score is exactly 0 you take it for masked, though the mask allows the key. Ask the mask, not the
numbers."""

import math

import torch


def attention_weights(scores, mask=None):
    if mask is None:
        return scores.softmax(-1)
    s = scores * mask
    s = torch.where(s == 0, -math.inf, s)
    return s.softmax(-1).nan_to_num(0.0)
