"""Your output has no negative entries: a ReLU follows the sum, as in ResNet's pictures. In a Transformer
nothing follows it; the bypass must be free."""

import torch
from torch import nn

FUNDAMENTAL = "Nothing follows the addition: here every negative entry is lost."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return torch.relu(x + self.dropout(result))
