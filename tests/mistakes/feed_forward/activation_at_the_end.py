"""Your result looks as if the activation came after linear_out, too or instead. The output is a plain sum
of hidden features and may have any sign; the bend belongs between the two layers.
"""

FUNDAMENTAL = "The activation stands between the two layers."


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
        return self.activation(self.linear_out(self.dropout(self.linear_in(x))))
