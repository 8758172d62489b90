class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        if activation not in ("relu", "gelu"):
            raise ValueError(f"unknown activation: {activation}")
        act = nn.ReLU() if activation == "relu" else nn.GELU()
        self.layers = nn.Sequential(nn.Linear(d_model, d_ff), act, nn.Dropout(p=dropout), nn.Linear(d_ff, d_model))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
