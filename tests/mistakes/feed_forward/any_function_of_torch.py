"""Every function of torch.nn.functional is accepted as an activation. Only 'relu' and 'gelu' are known
here; others are a ValueError."""

import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if not hasattr(F, activation):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = getattr(F, activation)

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
