"""Your norm is a batch norm: it normalises each feature over the batch, and remembers earlier inputs. Use a
LayerNorm."""

from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = nn.BatchNorm1d(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x, sublayer):
        def norm(y):
            return self.norm(y.reshape(-1, y.shape[-1])).reshape(y.shape)

        if self.norm_first:
            return x + self.dropout(sublayer(norm(x)))
        return norm(x + self.dropout(sublayer(x)))
