"""Your values are right, but no gradient reaches the sublayer: it is called under torch.no_grad(), or its
result is detached."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            return x + self.dropout(sublayer(self.norm(x)).detach())
        return self.norm(x + self.dropout(sublayer(x).detach()))
