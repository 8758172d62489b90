class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation: {activation}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.drop = nn.Dropout(dropout)
        self.activation = activation

    def forward(self, x):
        hidden = self.linear_in(x).clamp(min=0)
        hidden = self.drop(hidden)
        return self.linear_out(hidden)
