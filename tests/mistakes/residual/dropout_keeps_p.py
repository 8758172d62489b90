"""Your layer keeps entries with probability dropout, and drops the others. dropout is the probability to be
dropped."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(1 - dropout if dropout else 0.0)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
