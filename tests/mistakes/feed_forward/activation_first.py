"""Your result looks as if the activation acted on x, before linear_in. It belongs between the two layers,
on the wide features.
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
        return self.linear_out(self.dropout(self.linear_in(self.activation(x))))
