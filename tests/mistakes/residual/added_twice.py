"""Your output has x in it twice. The skip connection adds it once: x + dropout(sublayer(x))."""

from torch import nn

FUNDAMENTAL = "x is added once."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(x + result)
