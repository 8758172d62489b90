"""Your final_norm runs without norm_first, and not with it. It is the other way round: pre-norm needs it."""


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers must be at least 1")
        self.layers = nn.ModuleList(
            [EncoderLayer(d_model, num_heads, d_ff, dropout, activation, norm_first) for _ in range(num_layers)]
        )
        self.norm_first = norm_first
        if not norm_first:
            self.final_norm = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x if self.norm_first else self.final_norm(x)
