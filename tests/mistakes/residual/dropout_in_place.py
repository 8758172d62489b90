"""Your dropout works in place, so it writes zeros into what the sublayer returned, and a sublayer may
return x itself. Let dropout make a new tensor: leave out inplace=True."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout, inplace=True)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
