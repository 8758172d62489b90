"""Your output is half of what it should be: you take the mean of x and the sublayer's result. The plain sum
is asked for."""

from torch import nn

FUNDAMENTAL = "x is added as it is, not averaged."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return (x + self.dropout(result)) / 2
