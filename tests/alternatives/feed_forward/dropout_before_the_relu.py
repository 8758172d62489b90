"""Right: for the ReLU, dropping before or after makes no difference, as it lets factors that are not
negative through; the GELU is dropped after.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        hidden = self.linear_in(x)
        if self.activation is torch.relu:
            return self.linear_out(torch.relu_(self.dropout(hidden)))
        return self.linear_out(self.dropout(self.activation(hidden)))
