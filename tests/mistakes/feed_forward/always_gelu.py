"""With the ReLU your network gives what the GELU gives, whatever activation says. Is the argument used?"""

FUNDAMENTAL = "The activation is chosen by the argument: here the ReLU is never used."


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = F.gelu

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
