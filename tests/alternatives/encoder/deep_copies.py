"""One layer, and independent deep copies of it, as nn.TransformerEncoder makes them; final_norm is an
nn.Identity.
"""

import copy


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if num_layers <= 0:
            raise ValueError(f"num_layers is {num_layers}; it must be positive")
        first = EncoderLayer(d_model, num_heads, d_ff, dropout, activation, norm_first)
        self.layers = nn.ModuleList([copy.deepcopy(first) for _ in range(num_layers)])
        self.final_norm = nn.LayerNorm(d_model) if norm_first else nn.Identity()

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return self.final_norm(x)
