"""Your output is divided by √2, as some networks do to keep the variance. Here the plain sum is asked for;
keeping sizes in check is what lesson 4 is about."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return (x + self.dropout(result)) / 2**0.5
