"""Post-norm, you normalise twice: the sublayer is given norm(x) as well. It is given x itself."""

from torch import nn

FUNDAMENTAL = "In post-norm the sublayer is given x as it is."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(self.norm(x))))
