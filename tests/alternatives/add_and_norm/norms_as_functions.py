"""The norm, or an identity, before and behind: one line for both orders."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        before, behind = (self.norm, nn.Identity()) if self.norm_first else (nn.Identity(), self.norm)
        return behind(x + self.dropout(sublayer(before(x))))
