"""Your module holds a copy of the sublayer, so the one that you were given is trained no more, and weights
loaded into it change nothing. Keep the sublayer itself."""

import copy

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = copy.deepcopy(sublayer)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
