"""The result is float64 where x is, and yet it went through float32 and lost half of its digits. The layers
keep the dtype by themselves: no cast is needed.
"""


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
            raise ValueError("at least one layer")
        self.layers = nn.ModuleList(
            [
                parts.DecoderLayer(d_model, num_heads, d_ff, dropout, activation, norm_first, cross_attention)
                for _ in range(num_layers)
            ]
        )
        self.final_norm = nn.LayerNorm(d_model) if norm_first else None

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        x = x.float().to(x.dtype)
        return x if self.final_norm is None else self.final_norm(x)
