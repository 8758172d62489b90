"""The layers folded over with functools.reduce; arguments are handed on as they come, by position or by
name.
"""

from functools import reduce


class Encoder(nn.Module):
    def __init__(self, num_layers, *sizes, norm_first=False, **settings):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers < 1")
        names = "d_model", "num_heads", "d_ff", "dropout", "activation", "norm_first"
        settings = {"norm_first": norm_first, **settings, **dict(zip(names, sizes))}
        self.layers = nn.ModuleList(EncoderLayer(**settings) for _ in range(num_layers))
        if settings["norm_first"]:
            self.final_norm = nn.LayerNorm(settings["d_model"])

    def forward(self, x, mask=None):
        x = reduce(lambda x, layer: layer(x, mask), self.layers, x)
        return self.final_norm(x) if hasattr(self, "final_norm") else x
