"""You drop entries of x before the sublayer sees it. Dropout belongs behind the sublayer: it acts on what
the sublayer returns."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(self.dropout(x), *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + result
