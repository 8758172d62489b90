"""Right: einsum with the layers' weights, and the given gelu."""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        self.act = {"relu": lambda h: torch.maximum(h, torch.zeros_like(h)), "gelu": parts.gelu}.get(activation)
        if self.act is None:
            raise ValueError(f"no activation is called {activation}")
        self.linear_in, self.linear_out = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        hidden = torch.einsum("bld,fd->blf", x, self.linear_in.weight) + self.linear_in.bias
        hidden = self.drop(self.act(hidden))
        return torch.einsum("blf,df->bld", hidden, self.linear_out.weight) + self.linear_out.bias
