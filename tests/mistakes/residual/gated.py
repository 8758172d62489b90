"""Your output weighs the sublayer's result with a parameter of your own, which starts at 0. The formula has
no such gate: x + dropout(sublayer(x))."""

import torch
from torch import nn

FUNDAMENTAL = "A new connection lets nothing of its sublayer through."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.gate * self.dropout(result)
