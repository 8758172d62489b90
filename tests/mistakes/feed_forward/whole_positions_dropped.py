"""nn.Dropout1d drops all hidden features of a position together. Plain nn.Dropout drops each number by
itself."""

import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout1d(dropout)
        self.activation = F.gelu if activation == "gelu" else F.relu

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
