"""A subclass of nn.Sequential that holds the sublayer and the dropout."""

from torch import nn


class Residual(nn.Sequential):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__(sublayer, nn.Dropout(p=dropout))

    def forward(self, input, *args, **kwargs):
        change = self[0](input, *args, **kwargs)
        if isinstance(change, tuple):
            change = change[0]
        change = self[1](change)
        return input + change
