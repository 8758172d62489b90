"""The connection is a Residual from the lesson before, made around the sublayer in each call."""

from attnkit import parts
from torch import nn


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout, self.norm_first = dropout, norm_first

    def forward(self, x, sublayer):
        if self.norm_first:
            connection = parts.Residual(lambda y: sublayer(self.norm(y)), self.dropout)
            return connection.train(self.training)(x)
        # Only the dropout's mode is set: the sublayer's own is its owner's business.
        connection = parts.Residual(lambda y: sublayer(y), self.dropout)
        return self.norm(connection.train(self.training)(x))
