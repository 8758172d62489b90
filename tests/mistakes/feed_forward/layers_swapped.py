"""linear_in and linear_out have each other's shapes: linear_in leads from d_model to d_ff, linear_out back.
nn.Linear takes the number of inputs first.
"""

FUNDAMENTAL = "The network grows wide first, and narrow again."


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_ff, d_model)
        self.linear_out = nn.Linear(d_model, d_ff)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.linear_in(self.dropout(self.activation(self.linear_out(x))))
