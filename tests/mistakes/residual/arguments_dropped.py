"""The sublayer is called with x alone. Whatever else your forward is given, *args and **kwargs, has to be
handed on: a mask that never arrives masks nothing."""

from torch import nn

FUNDAMENTAL = "An attention needs its keys, values and mask."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
