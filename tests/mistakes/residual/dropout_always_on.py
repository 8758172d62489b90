"""Your layer drops entries in evaluation mode, too, where it should do nothing at random. F.dropout does
not know the mode unless you tell it; nn.Dropout, kept as an attribute, does."""

import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.p = dropout

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + F.dropout(result, self.p)
