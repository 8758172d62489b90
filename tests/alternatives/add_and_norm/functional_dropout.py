"""F.dropout, told of the mode, and forward chosen by a method for each order."""

import torch
import torch.nn.functional as F
from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.rate, self.norm_first = dropout, norm_first
        self.norm = LayerNorm(d_model)

    def _drop(self, change):
        return F.dropout(change, self.rate, self.training)

    def _post(self, x, sublayer):
        return self.norm(torch.add(self._drop(sublayer(x)), x))

    def _pre(self, x, sublayer):
        return torch.add(self._drop(sublayer(self.norm(x))), x)

    def forward(self, x, sublayer):
        return (self._pre if self.norm_first else self._post)(x, sublayer)
