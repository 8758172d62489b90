"""Your network depends on more than one position: a number at one place changes the result at another.
nn.Linear works on the last dimension, so x needs no transpose, reshape or mean.
"""

FUNDAMENTAL = "The network acts on the features of each position."


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
        hidden = self.activation(self.linear_in(x))
        hidden = hidden - hidden.mean(dim=1, keepdim=True) + hidden
        return self.linear_out(self.dropout(hidden))
