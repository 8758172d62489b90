"""You add x into the tensor that the sublayer returned. A sublayer may return x itself, or keep its result
for the backward pass, and both are spoilt by writing into it. Make a new tensor with x + …."""

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
        result = self.dropout(result)
        result += x
        return result
