class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation: {activation}")
        self.linear_out = nn.Linear(d_ff, d_model)
        self.linear_in = nn.Linear(d_model, d_ff)
        self.drop = nn.Dropout(dropout)
        self.kind = activation

    def forward(self, x):
        h = self.linear_in(x)
        h = F.relu(h) if self.kind == "relu" else F.gelu(h, approximate="tanh")
        return self.linear_out(self.drop(h))
