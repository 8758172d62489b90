"""Two networks share their layers: weights given to one appear in the other. Make the layers in __init__
rather than in the body of the class or in a cache.
"""

_layers = {}


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        made = _layers.setdefault((d_model, d_ff), (nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)))
        self.linear_in, self.linear_out = made
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
