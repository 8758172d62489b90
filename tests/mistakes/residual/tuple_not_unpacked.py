"""Around a sublayer that returns a tuple, such as an attention, your layer fails: x cannot be added to a
pair. Take its first item where the result is a tuple."""

from torch import nn

FUNDAMENTAL = "An attention returns a pair, and it is an attention that this is for."


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, *args, **kwargs):
        return x + self.dropout(self.sublayer(x, *args, **kwargs))
