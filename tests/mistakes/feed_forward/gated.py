"""Your network multiplies the activation by a second linear layer, as gated networks do (GLU). Here there
are two layers, with only the activation between them.
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
        self.gate = nn.Linear(d_model, d_ff)

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.gate(x)) * self.linear_in(x)))
