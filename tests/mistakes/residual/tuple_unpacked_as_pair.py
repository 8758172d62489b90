"""You unpack a tuple into exactly two names. A sublayer may return one item, or three; take the first,
whatever comes behind it."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result, _ = result
        return x + self.dropout(result)
