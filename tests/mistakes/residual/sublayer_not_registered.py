"""Your module does not know the parameters of its sublayer, and .eval() does not reach it: a list or a
plain function hides a module. Keep it as an attribute of its own, self.sublayer = sublayer."""

from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.hidden = [sublayer]
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        result = self.hidden[0](x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        return x + self.dropout(result)
