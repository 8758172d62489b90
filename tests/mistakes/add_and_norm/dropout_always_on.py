"""Your class drops entries in evaluation mode, too. F.dropout does not know the mode unless you tell it;
nn.Dropout, kept as an attribute, does."""

import torch.nn.functional as F
from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.p = dropout
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + F.dropout(sublayer(self.norm(x)), self.p)
        return self.norm(x + F.dropout(sublayer(x), self.p))
