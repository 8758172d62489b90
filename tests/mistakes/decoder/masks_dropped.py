"""Your output does not change when masks are given. Hand both on to every layer."""

FUNDAMENTAL = "Every layer hides what the masks forbid."


class Decoder(nn.Module):
    def __init__(
        self,
        num_layers,
        d_model,
        num_heads,
        d_ff,
        dropout=0.0,
        activation="relu",
        norm_first=False,
        cross_attention=True,
    ):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers must be at least 1")
        self.layers = nn.ModuleList(
            [
                DecoderLayer(d_model, num_heads, d_ff, dropout, activation, norm_first, cross_attention)
                for _ in range(num_layers)
            ]
        )
        self.norm_first = norm_first
        if norm_first:
            self.final_norm = nn.LayerNorm(d_model)

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory)
        return self.final_norm(x) if self.norm_first else x
