"""You have a norm for each order, so there are parameters that are never used. There is one, called norm."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.norm_before = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm_before(x)))
        return self.norm(x + self.dropout(sublayer(x)))
