"""Your layers are inside an nn.Sequential, so that the state_dict calls them net.0 and net.3. Keep them as
self.linear_in and self.linear_out.
"""


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation {activation!r}")
        bend = nn.ReLU() if activation == "relu" else nn.GELU()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), bend, nn.Dropout(dropout), nn.Linear(d_ff, d_model))

    def forward(self, x):
        return self.net(x)
