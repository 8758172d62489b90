"""Your class keeps the first sublayer that it was given, and calls it ever after. Call the one that forward
is given, each time."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first
        self.known = []

    def forward(self, x, sublayer):
        if not self.known:
            self.known.append(sublayer)
        sublayer = self.known[0]
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))
