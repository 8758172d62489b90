"""The sum is made in a clone of x, which may well be changed in place."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        output = x.clone()
        result = self.sublayer(x, *args, **kwargs)
        output += self.dropout(result[0]) if isinstance(result, tuple) else self.dropout(result)
        return output
