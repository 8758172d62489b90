"""nn.LayerNorm in the place of the learner's own, and a single expression for each order."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.LayerNorm(d_model)
        self.drop = nn.Dropout(p=dropout)
        self.pre = norm_first

    def forward(self, x, sublayer):
        return x + self.drop(sublayer(self.norm(x))) if self.pre else self.norm(x + self.drop(sublayer(x)))
