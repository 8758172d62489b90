"""In training, it is x that has gaps in your output, while the sublayer's result is complete. It is the
other way round: dropout acts on what the sublayer returns, and x passes as it is."""

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
        return self.dropout(x) + result
