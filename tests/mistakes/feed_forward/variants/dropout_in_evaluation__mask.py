class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation: {activation}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.act = {"relu": nn.ReLU(), "gelu": nn.GELU()}[activation]
        self.p = dropout

    def forward(self, x):
        h = self.act(self.linear_in(x))
        kept = torch.rand_like(h) >= self.p
        return self.linear_out(h * kept / (1 - self.p))
