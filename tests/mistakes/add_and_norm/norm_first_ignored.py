"""Your two orders give the same output: norm_first changes nothing, and the norm always comes last. Where
it is true, the norm stands before the sublayer."""

from torch import nn

FUNDAMENTAL = "There are two orders: here is only one."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        return self.norm(x + self.dropout(sublayer(x)))
