"""Right: the steps are run as an nn.Sequential that is made for the call, with a buffer that is not saved."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        self.activation = torch.relu if activation == "relu" else F.gelu
        self.register_buffer("width", torch.tensor(d_ff), persistent=False)

    def forward(self, x):
        steps = nn.Sequential(self.linear_in, nn.ReLU() if self.activation is torch.relu else nn.GELU())
        return self.linear_out(self.dropout(steps(x)))
