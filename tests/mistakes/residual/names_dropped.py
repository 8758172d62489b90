"""Arguments by position reach the sublayer, but those by name do not: **kwargs has to be handed on as well
as *args."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
