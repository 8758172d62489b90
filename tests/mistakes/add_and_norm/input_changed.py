"""Your values are right, but the caller's x has changed: x += … writes into the tensor that you were given."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            x += self.dropout(sublayer(self.norm(x)))
            return x
        x += self.dropout(sublayer(x))
        return self.norm(x)
