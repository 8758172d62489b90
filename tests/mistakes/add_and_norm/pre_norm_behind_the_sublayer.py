"""Pre-norm, your norm stands behind the sublayer. It stands before it: sublayer(norm(x))."""

from torch import nn

FUNDAMENTAL = "In pre-norm the norm stands before the sublayer."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(self.norm(sublayer(x)))
        return self.norm(x + self.dropout(sublayer(x)))
