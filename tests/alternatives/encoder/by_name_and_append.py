"""The layers appended one by one, all arguments handed on by name, called by index."""


class Encoder(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.0, activation="relu", norm_first=False):
        super().__init__()
        if not num_layers >= 1:
            raise ValueError("an encoder without layers is no encoder")
        if norm_first:
            self.final_norm = nn.LayerNorm(normalized_shape=d_model)
        else:
            self.final_norm = None
        self.layers = nn.ModuleList()
        settings = {"dropout": dropout, "activation": activation, "norm_first": norm_first}
        while len(self.layers) < num_layers:
            self.layers.append(EncoderLayer(d_model=d_model, num_heads=num_heads, d_ff=d_ff, **settings))

    def forward(self, x, mask=None):
        for number in range(len(self.layers)):
            x = self.layers[number].forward(x, mask=mask)
        if self.final_norm is not None:
            x = self.final_norm(x)
        return x
