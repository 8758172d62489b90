"""The result is float64 where x is, and yet it went through float32 and lost half of its digits. The layers
keep the dtype by themselves: no cast is needed.
"""


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers < 1:
            raise ValueError("at least one layer")
        self.layers = nn.ModuleList(
            [parts.EncoderLayer(d_model, num_heads, d_ff, dropout, activation, norm_first) for _ in range(num_layers)]
        )
        self.final_norm = nn.LayerNorm(d_model) if norm_first else None

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        x = x.float().to(x.dtype)
        return x if self.final_norm is None else self.final_norm(x)
