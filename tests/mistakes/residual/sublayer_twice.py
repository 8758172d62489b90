"""You send x through the sublayer twice, one time after the other. It is called once, with x."""

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
        result = self.sublayer(result, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
