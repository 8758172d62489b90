"""Pre-norm, x is not added: the output is only what the sublayer returns."""

from torch import nn

FUNDAMENTAL = "The connection adds x: in pre-norm it is missing here."


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))
