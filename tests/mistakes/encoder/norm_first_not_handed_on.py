"""With norm_first=True your layers are still post-norm ones. Hand norm_first on to each EncoderLayer."""


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers must be at least 1")
        self.layers = nn.ModuleList(
            [EncoderLayer(d_model, num_heads, d_ff, dropout, activation) for _ in range(num_layers)]
        )
        self.norm_first = norm_first
        if norm_first:
            self.final_norm = nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.final_norm(x) if self.norm_first else x
