"""All settings collected and handed on as they come; the layers folded over with functools.reduce."""

from functools import reduce


class Decoder(nn.Module):
    def __init__(self, num_layers, *sizes, **settings):
        super().__init__()
        if num_layers < 1:
            raise ValueError("num_layers < 1")
        names = "d_model", "num_heads", "d_ff", "dropout", "activation", "norm_first", "cross_attention"
        settings.update(zip(names, sizes))
        self.layers = nn.ModuleList(DecoderLayer(**settings) for _ in range(num_layers))
        if settings.get("norm_first"):
            self.final_norm = nn.LayerNorm(settings["d_model"])

    def forward(self, x, *args, **kwargs):
        x = reduce(lambda x, layer: layer(x, *args, **kwargs), self.layers, x)
        return self.final_norm(x) if hasattr(self, "final_norm") else x
