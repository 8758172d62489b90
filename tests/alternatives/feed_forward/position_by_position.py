"""Right: a loop over the positions."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else gelu

    def forward(self, x):
        rows = [self.linear_out(self.dropout(self.activation(self.linear_in(row)))) for row in x.unbind(dim=1)]
        return torch.stack(rows, dim=1)
