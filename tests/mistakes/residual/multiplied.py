"""Your output is x times what the sublayer returns. A residual connection adds: with a sublayer that
returns 0, x must come through."""

from torch import nn

FUNDAMENTAL = "x is added, not multiplied."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x * self.dropout(result)
