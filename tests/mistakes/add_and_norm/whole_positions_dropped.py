"""In training, you drop what the sublayer returns for a whole position at a time. Dropout decides for each
entry on its own; nn.Dropout does that."""

import torch
from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.p = dropout
        self.norm_first = norm_first

    def drop(self, change):
        if not self.training:
            return change
        return change * (torch.rand(change.shape[:-1])[..., None] >= self.p) / (1 - self.p)

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.drop(sublayer(self.norm(x)))
        return self.norm(x + self.drop(sublayer(x)))
