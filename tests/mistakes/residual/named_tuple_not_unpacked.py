"""A named tuple is a tuple too, and its type is another one. Ask isinstance(out, tuple), which holds for
both."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        out = self.sublayer(x, *args, **kwargs)
        if type(out) is tuple:
            out = out[0]
        return x + self.dropout(out)
