"""In training, x itself has gaps in your output: you drop entries of x as well as of the sublayer's result.
The skip connection passes x on as it is."""

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
        return self.dropout(x) + self.dropout(result)
