"""Your network holds more parameters than its two linear layers: a layer norm. The norm belongs around the
network, not into it.
"""

FUNDAMENTAL = "The network is its two layers: a norm belongs around it, not into it."


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu
        self.norm = nn.LayerNorm(d_model)

    def forward(self, x):
        return self.norm(self.linear_out(self.dropout(self.activation(self.linear_in(x)))))
