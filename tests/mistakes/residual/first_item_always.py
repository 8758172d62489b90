"""You take result[0] of a tensor as well, which is the first sequence of the batch: it is added to all of
them. Only a tuple has to be unpacked."""

from torch import nn

FUNDAMENTAL = "Every row gets its own result of the sublayer."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        return x + self.dropout(self.sublayer(x, *args, **kwargs)[0])
