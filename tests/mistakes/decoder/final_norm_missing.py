"""Your pre-norm decoder has no final_norm, and its output is as large as all layers together made it.
With norm_first, normalise the output of the last layer once.
"""

FUNDAMENTAL = "A stack of pre-norm layers ends in a norm."


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

    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x
