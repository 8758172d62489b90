"""Dropout only where there is some: otherwise an identity; and a helper for the tuple."""

from torch import nn


def _first(result):
    match result:
        case (first, *_) if isinstance(result, tuple):
            return first
        case _:
            return result


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.parts = nn.ModuleList([sublayer, nn.Dropout(dropout) if dropout > 0 else nn.Identity()])

    def forward(self, x, *args, **kwargs):
        sublayer, dropout = self.parts
        return sum((x, dropout(_first(sublayer(x, *args, **kwargs)))))
