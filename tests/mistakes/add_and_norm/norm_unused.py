"""Your norm is there, but takes no part: the output is x + sublayer(x) in both orders."""

from torch import nn

FUNDAMENTAL = "There is a norm in each order."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(x))
