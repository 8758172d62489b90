"""Your hidden width is always 4 times d_model. That is usual, but the caller says how wide the network is,
with d_ff.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, 4 * d_model)
        self.linear_out = nn.Linear(4 * d_model, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        return self.linear_out(self.dropout(self.activation(self.linear_in(x))))
