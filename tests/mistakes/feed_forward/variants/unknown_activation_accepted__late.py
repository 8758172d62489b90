class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.kind = activation
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        h = self.linear_in(x)
        if self.kind == "relu":
            h = F.relu(h)
        elif self.kind == "gelu":
            h = F.gelu(h)
        else:
            raise ValueError(self.kind)
        return self.linear_out(self.drop(h))
