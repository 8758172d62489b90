"""Your two orders give the same output: the norm always comes first. Where norm_first is false, the
default, it stands behind the addition."""

from torch import nn

FUNDAMENTAL = "There are two orders: here is only one."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))
