"""Post-norm, you normalise what the sublayer returns, and add x behind that. The norm stands behind the
addition: norm(x + …)."""

from torch import nn

FUNDAMENTAL = "In post-norm the sum is normalised."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm(x)))
        return x + self.norm(self.dropout(sublayer(x)))
